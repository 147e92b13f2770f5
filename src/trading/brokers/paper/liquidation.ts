import type { Decimal } from '../../../model/decimal.js';
import { ZERO } from '../../../model/decimal.js';
import { sign, type Position } from '../../../model/trading.js';
import type { Book } from '../../portfolio/book.js';

/** Equity less maintenance margin, as a line over the price of one symbol: fixed + slope × price. */
export interface Cushion {
  readonly fixed: Decimal;
  readonly slope: Decimal;
}

/** The account's cushion over the price of `symbol`, everything else at its mark. Liquidation is where it is not above zero. */
export function cushionOf(book: Book, symbol: string, maintenance: number): Cushion {
  let [fixed, slope] = [book.wallet, ZERO];
  for (const position of book.positions()) {
    const { quantity, side, entryPrice } = position;
    if (position.symbol === symbol) {
      fixed = fixed.minus(entryPrice.times(quantity).times(sign(side)));
      slope = slope.plus(quantity.times(sign(side))).minus(quantity.times(maintenance));
    } else {
      fixed = fixed.plus(book.unrealised(position)).minus(quantity.times(book.markOf(position.symbol)!).times(maintenance));
    }
  }
  return { fixed, slope };
}

const cushionAt = ({ fixed, slope }: Cushion, price: Decimal): Decimal => fixed.plus(slope.times(price));

/**
 * Where the cushion ends on the way from `from` to `worst`, or null where it holds. Of one long position with margin M
 * that is (qE − M)/(q(1 − mmr)), of a short one (qE + M)/(q(1 + mmr)); a way that begins beyond it ends where it begins.
 */
export function liquidationPrice(cushion: Cushion, from: Decimal, worst: Decimal): Decimal | null {
  if (cushionAt(cushion, from).lte(0)) return from;
  if (cushionAt(cushion, worst).gt(0)) return null;
  return cushion.fixed.neg().div(cushion.slope);
}

/** What ends a position, as an execution's side. */
export const closingSide = ({ side }: Position): 'buy' | 'sell' => (side === 'long' ? 'sell' : 'buy');
