import type { Decimal } from '../../../model/decimal.js';
import type { Side } from '../../../model/trading.js';
import type { Bar } from './bar.js';
import type { PaperOrder } from './paper-order.js';

/** At which of the market's prices an order fills, and whether it pays spread and slippage there. */
export interface Match {
  readonly base: Decimal;
  readonly taker: boolean;
}

const later = (side: Side, one: Decimal, other: Decimal): Decimal => (side === 'buy' ? max(one, other) : min(one, other));
const max = (one: Decimal, other: Decimal): Decimal => (one.gt(other) ? one : other);
const min = (one: Decimal, other: Decimal): Decimal => (one.lt(other) ? one : other);
/** `price` is better than `level` for who takes this side. */
const better = (side: Side, price: Decimal, level: Decimal): boolean => (side === 'buy' ? price.lt(level) : price.gt(level));

/** The price that triggers it now; of a trailing stop, from the best price before this bar or its opening. */
export function stopLevel({ ticket: { side, orderType, stopPrice, trail }, best }: PaperOrder, bar: Bar): Decimal | null {
  if (orderType !== 'trailing_stop') return stopPrice;
  return trailed(side, best ? later(side === 'buy' ? 'sell' : 'buy', best, bar.open) : bar.open, trail!);
}

const trailed = (side: Side, best: Decimal, trail: Decimal): Decimal => best.times(side === 'sell' ? trail.neg().plus(1) : trail.plus(1));

const isStop = ({ ticket: { orderType }, triggered }: PaperOrder): boolean =>
  orderType === 'stop' || orderType === 'trailing_stop' || (orderType === 'stop_limit' && !triggered);

/** Its stop price lies inside the bar, or was jumped over at its opening. */
export function triggers(order: PaperOrder, bar: Bar): boolean {
  if (!isStop(order) || order.triggered) return false;
  const level = stopLevel(order, bar)!;
  return order.ticket.side === 'buy' ? bar.high.gte(level) : bar.low.lte(level);
}

/**
 * What rests as a limit, or as a market order: its price in this bar, or null. A limit fills only where the market went
 * through it, at the opening where that was better already; nobody knows a better price inside the bar.
 */
export function match(order: PaperOrder, bar: Bar): Match | null {
  const { orderType, side, limitPrice } = order.ticket;
  if (orderType === 'market' || ((orderType === 'stop' || orderType === 'trailing_stop') && order.triggered)) return { base: bar.open, taker: true };
  if (orderType !== 'limit' && !(orderType === 'stop_limit' && order.triggered)) return null;
  const limit = limitPrice!;
  if (!better(side, side === 'buy' ? bar.low : bar.high, limit)) return null;
  return { base: better(side, bar.open, limit) ? bar.open : limit, taker: false };
}

/**
 * A stop that was triggered in this bar: at its price, or at the opening that lay beyond it. A stop-limit
 * fills there only if the limit allows it, else rests as a limit from the next bar on, since nobody knows whether the price came back.
 */
export function matchStop(order: PaperOrder, bar: Bar): Match | null {
  const { orderType, side, limitPrice } = order.ticket;
  const base = later(side, bar.open, stopLevel(order, bar)!);
  if (orderType !== 'stop_limit') return { base, taker: false };
  return better(side, base, limitPrice!) || base.eq(limitPrice!) ? { base, taker: false } : null;
}

/**
 * A trailing stop at the end of a bar that did not trigger it from what was known before: it follows the bar's best
 * price. Where the close lies beyond the new level the price has crossed it for certain; anything else waits.
 */
export function trail(order: PaperOrder, bar: Bar): { readonly best: Decimal; readonly crossed: Match | null } {
  const { side, trail: share } = order.ticket;
  const extreme = side === 'sell' ? bar.high : bar.low;
  const best = order.best ? later(side === 'buy' ? 'sell' : 'buy', order.best, extreme) : extreme;
  const level = trailed(side, best, share!);
  const crossed = side === 'sell' ? bar.close.lte(level) : bar.close.gte(level);
  return { best, crossed: crossed ? { base: level, taker: false } : null };
}
