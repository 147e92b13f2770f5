import type { Candle } from '../../model/candle.js';
import type { FairValueGap } from '../../model/structure.js';

/**
 * Fair value gap (ICT): the wicks of the candles before and after do not meet, so the middle candle traded there alone.
 * It lies at the middle candle and is known at the third's close. Gaps not higher than `minHeight` are noise and left out.
 */
export function fairValueGap(first: Candle, middle: Candle, third: Candle, minHeight: number): FairValueGap | null {
  const { time } = middle;
  const confirmed_at = third.knownAt;
  if (third.low - first.high > minHeight) {
    return Object.freeze({ kind: 'fair_value_gap', time, confirmed_at, direction: 'bullish', low: first.high, high: third.low });
  }
  if (first.low - third.high > minHeight) {
    return Object.freeze({ kind: 'fair_value_gap', time, confirmed_at, direction: 'bearish', low: third.high, high: first.low });
  }
  return null;
}
