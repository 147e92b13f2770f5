import type { Candle } from '../../model/candle.js';
import type { Direction, Inducement } from '../../model/structure.js';
import type { CandleHistory } from './candle-history.js';

/**
 * Inducement (SMC): inside a leg with the trend a minor pullback level draws in early traders, is taken, and then the leg goes on.
 * The level is the newest three-candle pivot against the trend since the last break; it is taken by a later candle's wick or
 * close beyond it; it is known, and said, at the break of structure with which the leg goes on. `time` is the candle that took it.
 * One per leg, the last; a change of character ends the leg without one.
 */
export class Inducements {
  private trend: Direction | null = null;
  private legFrom = 0;
  private minor: number | null = null;
  private taken: { readonly price: number; readonly time: number } | null = null;

  constructor(private readonly history: CandleHistory) {}

  /** The newest candle broke structure in this direction. */
  onBreak(direction: Direction): Inducement | null {
    const { taken } = this;
    const { time, knownAt: confirmed_at } = this.history.ago(0)!;
    const goesOn = direction === this.trend;
    this.trend = direction;
    this.legFrom = time;
    this.minor = this.taken = null;
    if (!goesOn || taken === null) return null;
    return Object.freeze({ kind: 'inducement', time: taken.time, confirmed_at, direction, price: taken.price });
  }

  /** The newest candle did not break structure. */
  onCandle(): void {
    const { trend, history, minor } = this;
    if (trend === null) return;
    const up = trend === 'bullish';
    const newest = history.ago(0)!;
    if (minor !== null && (up ? newest.low < minor : newest.high > minor)) {
      this.taken = { price: minor, time: newest.time };
      this.minor = null;
    }
    const pivot = history.ago(1);
    const before = history.ago(2);
    if (pivot === undefined || before === undefined || pivot.time <= this.legFrom) return;
    if (turns(before, pivot, newest, up)) this.minor = up ? pivot.low : pivot.high;
  }
}

const turns = (before: Candle, pivot: Candle, after: Candle, up: boolean): boolean =>
  up ? pivot.low < before.low && pivot.low <= after.low : pivot.high > before.high && pivot.high >= after.high;
