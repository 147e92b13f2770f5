import type { Candle } from '../../model/candle.js';

/** The last `size` candles, by how long ago they were: 0 is the newest. */
export class CandleHistory {
  private readonly ring: Candle[] = [];
  /** Candles seen in all. */
  count = 0;

  constructor(readonly size: number) {}

  push(candle: Candle): void {
    this.ring[this.count % this.size] = candle;
    this.count += 1;
  }

  /** Undefined where there is none, or no longer. */
  ago(bars: number): Candle | undefined {
    return bars < this.size && bars < this.count ? this.ring[(this.count - 1 - bars) % this.size] : undefined;
  }
}
