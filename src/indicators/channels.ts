import type { Candle } from '../model/candle.js';
import { RollingExtreme } from './rolling-extreme.js';

/** Highest high and lowest low of the last `size` candles, null before (Donchian). */
export class PriceChannel {
  private readonly highs: RollingExtreme;
  private readonly lows: RollingExtreme;

  constructor(size: number) {
    this.highs = new RollingExtreme(size, 'highest');
    this.lows = new RollingExtreme(size, 'lowest');
  }

  push(candle: Candle): void {
    this.highs.push(candle.high);
    this.lows.push(candle.low);
  }

  get upper(): number | null {
    return this.highs.value;
  }

  get lower(): number | null {
    return this.lows.value;
  }

  get middle(): number | null {
    const { upper, lower } = this;
    return upper === null || lower === null ? null : (upper + lower) / 2;
  }
}
