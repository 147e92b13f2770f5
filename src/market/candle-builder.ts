import type { Candle, Tick } from '../model/candle.js';
import { type Interval, intervalMs } from '../model/interval.js';

interface OpenCandle {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  firstAt: number;
  lastAt: number;
}

export interface BuilderStart {
  /** All ticks from this market time on are seen; a candle that opened earlier is not whole, and not given. */
  readonly since: number;
  /** The candle under way, of all ticks before `since`; it makes the first candle whole. */
  readonly open: Candle | null;
}

/**
 * Makes candles of ticks. A candle closes with the first tick at or after its end; where no tick falls into an interval
 * there is no candle. Within the open candle ticks may come out of order; one older than it is dropped.
 */
export class CandleBuilder {
  /** Ticks that came after their candle had closed. */
  dropped = 0;
  readonly #length: number;
  readonly #since: number;
  #open: OpenCandle | null;

  constructor(interval: Interval, { since, open }: BuilderStart = { since: Number.NEGATIVE_INFINITY, open: null }) {
    this.#length = intervalMs(interval);
    this.#open = open && { ...open, firstAt: open.time, lastAt: since - 1 };
    this.#since = open ? Math.min(since, open.time) : since;
  }

  /** The candle that this tick closed, or null. */
  add({ price, volume, time }: Tick): Candle | null {
    const candle = this.#open;
    if (candle && time < candle.time) {
      this.dropped++;
      return null;
    }
    if (candle && time < candle.time + this.#length) {
      candle.high = Math.max(candle.high, price);
      candle.low = Math.min(candle.low, price);
      candle.volume += volume;
      if (time < candle.firstAt) [candle.open, candle.firstAt] = [price, time];
      if (time >= candle.lastAt) [candle.close, candle.lastAt] = [price, time];
      return null;
    }
    const opening = Math.floor(time / this.#length) * this.#length;
    this.#open = { time: opening, open: price, high: price, low: price, close: price, volume, firstAt: time, lastAt: time };
    return candle && candle.time >= this.#since ? this.#closed(candle) : null;
  }

  #closed({ time, open, high, low, close, volume }: OpenCandle): Candle {
    return Object.freeze({ time, knownAt: time + this.#length, open, high, low, close, volume });
  }
}
