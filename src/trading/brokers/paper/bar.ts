import type { Candle } from '../../../model/candle.js';
import { decimal, type Decimal } from '../../../model/decimal.js';

/** Prices that orders are held against, in order of time: a candle, or one tick. Times are market time in epoch milliseconds. */
export interface Bar {
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  /** Of the first price. */
  readonly from: number;
  /** When the last is known: what happens inside is told, and dated, then. */
  readonly until: number;
  /** Orders decided at this time or before may fill on it. */
  readonly lastDecision: number;
}

/** A candle's first price comes after all that was decided up to its opening. */
export const barOfCandle = ({ open, high, low, close, time, knownAt }: Candle): Bar =>
  ({ open: decimal(open), high: decimal(high), low: decimal(low), close: decimal(close), from: time, until: knownAt, lastDecision: time });

/** A tick is a bar of one price, and later than what was decided in its own millisecond. */
export function barOfTick(price: number, at: number): Bar {
  const one = decimal(price);
  return { open: one, high: one, low: one, close: one, from: at, until: at, lastDecision: at - 1 };
}

export const openingOf = (bar: Bar): Bar => ({ ...bar, high: bar.open, low: bar.open, close: bar.open });
