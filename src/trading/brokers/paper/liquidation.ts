import { ZERO, type Decimal } from '../../../model/decimal.js';
import { sign, type Position } from '../../../model/trading.js';
import type { Book } from '../../portfolio/book.js';

/** Equity that open positions need at their marks: Σ mmr·|q|·mark. */
export const maintenance = (book: Book, mmr: number): Decimal =>
  book.positions().reduce((sum, { symbol, quantity, entryPrice }) => sum.plus((book.markOf(symbol) ?? entryPrice).times(quantity).times(mmr)), ZERO);

/**
 * Price of one position at which the cross-margined account has just what it needs, the other positions at their marks.
 * `free`: wallet + Σ unrealised − Σ maintenance of the others. Long: (qE − free)/(q(1−mmr)); short: (qE + free)/(q(1+mmr)).
 */
export function liquidationPrice({ side, quantity, entryPrice }: Position, free: Decimal, mmr: number): Decimal {
  const direction = sign(side);
  return quantity.times(entryPrice).minus(free.times(direction)).div(quantity.times(1 - direction * mmr));
}
