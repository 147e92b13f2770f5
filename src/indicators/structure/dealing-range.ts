import type { Candle } from '../../model/candle.js';
import type { StructureState } from '../../model/structure.js';
import type { Break } from './breaks.js';

/**
 * Dealing range (ICT): from the protected extreme, where the leg of the last break began, to the furthest price of that leg and since.
 * The halfway point is equilibrium, above it is premium, below it discount. Trades beyond either end widen it, so that the
 * position stays within 0 to 1; the next break sets it anew. Null before the first break; 0.5 where it has no height.
 */
export class DealingRange {
  private low = NaN;
  private high = NaN;

  onBreak({ direction, origin, reach }: Break): void {
    this.low = direction === 'bullish' ? origin.low : reach;
    this.high = direction === 'bullish' ? reach : origin.high;
  }

  update(candle: Candle): StructureState['range'] {
    if (Number.isNaN(this.low)) return null;
    if (candle.low < this.low) this.low = candle.low;
    if (candle.high > this.high) this.high = candle.high;
    const { low, high } = this;
    return Object.freeze({ low, high, position: high > low ? (candle.close - low) / (high - low) : 0.5 });
  }
}
