import type { Candle } from '../../../model/candle.js';
import { decimal, type Decimal } from '../../../model/decimal.js';
import { sign } from '../../../model/trading.js';
import type { Ticket } from '../broker.js';

/** What an order remembers between bars. */
export interface Working {
  /** A stop-limit whose stop was reached rests as a limit. */
  readonly triggered: boolean;
  /** Best price since a trailing stop was placed: the highest of a sell, the lowest of a buy. */
  readonly extreme: string | null;
}

export interface Bar {
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
}

export interface Matched {
  /** null: not in this bar. */
  readonly price: Decimal | null;
  readonly working: Working;
}

export const FRESH: Working = { triggered: false, extreme: null };

export const barOf = ({ open, high, low, close }: Pick<Candle, 'open' | 'high' | 'low' | 'close'>): Bar => ({ open: decimal(open), high: decimal(high), low: decimal(low), close: decimal(close) });

const worse = (one: Decimal, other: Decimal, direction: number): Decimal => (one.minus(other).times(direction).gt(0) ? one : other);
const better = (one: Decimal, other: Decimal, direction: number): Decimal => worse(one, other, -direction);

/**
 * The price at which an order fills in a bar that opened after it. Market: the open, made worse by `cost` (half the spread and
 * slippage, a share). Limit: only where the bar went through it, at the better of open and limit. Stop: at the worse of open
 * and stop. A stop-limit that is reached inside a bar rests until the next; a trailing stop follows the bar's best price only
 * after it was held against the worst.
 */
export function match(ticket: Ticket, working: Working, bar: Bar, cost: number): Matched {
  const direction = sign(ticket.side);
  switch (ticket.orderType) {
    case 'market': return { price: bar.open.times(1 + direction * cost), working };
    case 'limit': return { price: atLimit(ticket.limitPrice!, bar, direction), working };
    case 'stop': return { price: atStop(ticket.stopPrice!, bar, direction), working };
    case 'stop_limit': return stopLimit(ticket, working, bar, direction);
    case 'trailing_stop': return trailing(ticket, working, bar, direction);
  }
}

/** The furthest that the bar went in a direction. */
const reach = (bar: Bar, direction: number): Decimal => (direction > 0 ? bar.high : bar.low);

function atLimit(limit: Decimal, bar: Bar, direction: number): Decimal | null {
  return reach(bar, -direction).minus(limit).times(direction).lt(0) ? better(bar.open, limit, direction) : null;
}

function atStop(stop: Decimal, bar: Bar, direction: number): Decimal | null {
  return reach(bar, direction).minus(stop).times(direction).gte(0) ? worse(bar.open, stop, direction) : null;
}

function stopLimit({ limitPrice, stopPrice }: Ticket, working: Working, bar: Bar, direction: number): Matched {
  if (working.triggered || bar.open.minus(stopPrice!).times(direction).gte(0)) return { price: atLimit(limitPrice!, bar, direction), working: { ...working, triggered: true } };
  return { price: null, working: { ...working, triggered: atStop(stopPrice!, bar, direction) !== null } };
}

function trailing({ trail }: Ticket, working: Working, bar: Bar, direction: number): Matched {
  const stopFrom = (extreme: Decimal): Decimal => extreme.times(trail!.times(direction).plus(1));
  const before = working.extreme === null ? bar.open : decimal(working.extreme);
  const old = atStop(stopFrom(before), bar, direction);
  if (old) return { price: old, working };
  const extreme = better(reach(bar, -direction), before, direction);
  const moved = stopFrom(extreme);
  const closedBeyond = bar.close.minus(moved).times(direction).gte(0);
  return { price: closedBeyond ? moved : null, working: { ...working, extreme: extreme.toString() } };
}
