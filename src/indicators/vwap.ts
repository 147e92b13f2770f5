import type { Candle } from '../model/candle.js';
import type { Instrument } from '../model/instrument.js';
import { newYorkOffsetMs } from '../model/new-york.js';
import { RollingWindow } from './rolling-window.js';

const DAY = 86_400_000;

const typicalPrice = ({ high, low, close }: Candle): number => (high + low + close) / 3;

/**
 * Volume-weighted average of the typical price since the session's start: UTC midnight where trading never stops,
 * else New York midnight. From the session's first candle on; while nothing was traded, the plain average of the typical prices.
 */
export class SessionVwap {
  private session = NaN;
  private traded = 0;
  private volume = 0;
  private prices = 0;
  private count = 0;

  constructor(private readonly hours: Instrument['hours']) {}

  update(candle: Candle): number {
    const session = this.sessionOf(candle.time);
    if (session !== this.session) {
      this.session = session;
      this.traded = this.volume = this.prices = this.count = 0;
    }
    const price = typicalPrice(candle);
    this.traded += price * candle.volume;
    this.volume += candle.volume;
    this.prices += price;
    this.count += 1;
    return this.volume > 0 ? this.traded / this.volume : this.prices / this.count;
  }

  private sessionOf(time: number): number {
    const wall = this.hours === 'us_equity' ? time + newYorkOffsetMs(time) : time;
    return Math.floor(wall / DAY);
  }
}

/** The same over the last `size` candles, for daily bars; null until there are as many. */
export class RollingVwap {
  private readonly traded: RollingWindow;
  private readonly volumes: RollingWindow;
  private readonly prices: RollingWindow;

  constructor(size: number) {
    this.traded = new RollingWindow(size);
    this.volumes = new RollingWindow(size);
    this.prices = new RollingWindow(size);
  }

  update(candle: Candle): number | null {
    const price = typicalPrice(candle);
    this.traded.push(price * candle.volume);
    this.volumes.push(candle.volume);
    this.prices.push(price);
    if (!this.prices.full) return null;
    const volume = this.volumes.sum();
    return volume > 0 ? this.traded.sum() / volume : this.prices.mean();
  }
}
