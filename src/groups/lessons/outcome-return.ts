import type { ClosedTradesTable } from '../../storage/trading-schema.js';

/** pnl over the position's worth at entry. */
export const returnOf = ({ pnl, entry_price: price, quantity }: Pick<ClosedTradesTable, 'pnl' | 'entry_price' | 'quantity'>): number =>
  Number(pnl) / (Number(price) * Number(quantity));
