import { ZERO, type Decimal } from '../../../model/decimal.js';
import { sign, type Leg, type Side } from '../../../model/trading.js';
import type { Book } from '../../portfolio/book.js';

export interface Purchase {
  readonly symbol: string;
  readonly leg: Leg;
  readonly side: Side;
  readonly price: Decimal;
  /** Share of the price. */
  readonly fee: Decimal;
  readonly leverage: number;
}

/** How much of it the account can pay, all of the closing part included: cash on spot, else initial margin. Marks must be those of now. */
export function affordable(book: Book, { symbol, leg, side, price, fee, leverage }: Purchase): Decimal {
  const { available, equity, used } = book.totals();
  const held = book.position(symbol, leg);
  if (book.mode === 'spot') return side === 'sell' ? held?.quantity ?? ZERO : notBelowZero(available).div(price.times(fee.plus(1)));
  const mark = book.markOf(symbol) ?? price;
  // what one unit loses at once: its fee, and what its price is worse than the mark
  const loss = price.times(fee).plus(notBelowZero(price.minus(mark).times(sign(side))));
  const ours = held ? held.entryPrice.times(held.quantity).div(held.leverage) : ZERO;
  const closing = held && sign(held.side) !== sign(side) ? held.quantity : ZERO;
  // the whole position takes the leverage of what is added to it
  const bound = closing.gt(0) || !held ? ZERO : held.entryPrice.times(held.quantity).div(leverage);
  const free = equity.minus(used).plus(ours).minus(bound).minus(loss.times(closing));
  return closing.plus(notBelowZero(free).div(price.div(leverage).plus(loss)));
}

const notBelowZero = (value: Decimal): Decimal => (value.gt(0) ? value : ZERO);
