import type { Candle, Tick } from '../model/candle.js';
import type { Instrument } from '../model/instrument.js';
import type { Interval } from '../model/interval.js';
import { CandleBuilder } from './candle-builder.js';
import type { Feed } from './feeds/feed.js';
import { Series } from './series.js';

/** A series that ticks go on. Ticks that come while its past is loaded wait, so that none is missing or counted twice. */
export class LiveSeries {
  readonly series: Series;
  #builder: CandleBuilder | null = null;
  #waiting: Tick[] = [];

  constructor(private readonly instrument: Instrument, readonly interval: Interval, keep: number) {
    this.series = new Series(interval, instrument.hours, keep);
  }

  /** Loads `limit` candles known at `at` and the one under way; ticks later than `at` follow. */
  async load(feed: Feed, limit: number, at: number): Promise<void> {
    const { symbol } = this.instrument;
    for (const candle of await feed.history(symbol, this.interval, limit, at)) this.series.close(candle);
    this.#builder = new CandleBuilder(this.interval, { since: at + 1, open: await feed.openCandle(symbol, this.interval, at) });
    for (const tick of this.#waiting) if (tick.time > at) this.tick(tick);
    this.#waiting = [];
  }

  /** The candle that this tick closed, or null. */
  tick(tick: Tick): Candle | null {
    if (!this.#builder) {
      this.#waiting.push(tick);
      return null;
    }
    const closed = this.#builder.add(tick);
    return closed && this.series.close(closed) ? closed : null;
  }

  /** Ticks that came too late. */
  get dropped(): number {
    return this.#builder?.dropped ?? 0;
  }
}
