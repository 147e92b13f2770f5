import type { Candle } from '../model/candle.js';
import { WilderAverage } from './moving-average.js';
import { trueRange } from './true-range.js';

/**
 * Wilder's +DI, −DI and ADX, each 0 to 100 (Wilder 1978). Movement counts from the second candle on, so that for period 14
 * the DI begin with candle 15 and ADX with candle 28. Without any range the DI are 0, without any movement ADX goes to 0.
 *
 * Ours because the ADX of `trading-signals` 8 turns NaN on flat prices and stays so, counts an up-move that equals
 * the down-move as both, and smooths a zero movement of the first candle in.
 */
export class DirectionalMovement {
  private previous: Candle | null = null;
  private readonly ranges: WilderAverage;
  private readonly ups: WilderAverage;
  private readonly downs: WilderAverage;
  private readonly smoothed: WilderAverage;

  plusDi: number | null = null;
  minusDi: number | null = null;
  adx: number | null = null;

  constructor(period: number) {
    this.ranges = new WilderAverage(period);
    this.ups = new WilderAverage(period);
    this.downs = new WilderAverage(period);
    this.smoothed = new WilderAverage(period);
  }

  update(candle: Candle): void {
    const { previous } = this;
    this.previous = candle;
    if (previous === null) return;
    const up = candle.high - previous.high;
    const down = previous.low - candle.low;
    const range = this.ranges.update(trueRange(candle, previous.close));
    const plus = this.ups.update(up > down && up > 0 ? up : 0);
    const minus = this.downs.update(down > up && down > 0 ? down : 0);
    if (range === null || plus === null || minus === null) return;
    this.plusDi = share(plus, range);
    this.minusDi = share(minus, range);
    this.adx = this.smoothed.update(share(Math.abs(plus - minus), plus + minus));
  }
}

const share = (part: number, whole: number): number => (whole > 0 ? (100 * part) / whole : 0);
