import type { Candle } from '../model/candle.js';

/** The candle's range, widened to the close before it. */
export const trueRange = ({ high, low }: Candle, previousClose: number): number =>
  Math.max(high, previousClose) - Math.min(low, previousClose);
