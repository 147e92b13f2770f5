import type { Candle } from '../../model/candle.js';
import type { Direction, Swing } from '../../model/structure.js';
import type { CandleHistory } from './candle-history.js';

/** Whether a candle `bars` ago stands out: beyond all `bars` before it, and not passed by the `bars` after it. */
function isPivot(history: CandleHistory, bars: number, height: (candle: Candle) => number): boolean {
  const pivot = height(history.ago(bars)!);
  for (let at = 1; at <= bars; at++) {
    if (height(history.ago(bars + at)!) >= pivot) return false;
    if (height(history.ago(bars - at)!) > pivot) return false;
  }
  return true;
}

const highOf = (candle: Candle): number => candle.high;
const depthOf = (candle: Candle): number => -candle.low;

/**
 * Fractal swings (B. Williams, "Trading Chaos", 1995): a high above the highs of `bars` candles on both sides, a low below the lows.
 * Of equal neighbours the first counts, so a flat price has none. Known `bars` candles later; labelled against the last swing
 * of its kind: HH or LH, HL or LL (an equal high is not higher, an equal low not lower), null for the first.
 */
export class SwingDetector {
  /** As of the last call of `detect`. */
  high: Swing | null = null;
  low: Swing | null = null;

  constructor(private readonly history: CandleHistory, private readonly bars: number) {}

  /** Whether the newest candle confirms a swing of this direction (bullish: a low), which is then in `high` or `low`. */
  detect(direction: Direction): Swing | null {
    const { history, bars } = this;
    if (history.count <= 2 * bars) return null;
    if (!isPivot(history, bars, direction === 'bullish' ? depthOf : highOf)) return null;
    const swing = this.label(history.ago(bars)!, direction, history.ago(0)!.knownAt);
    if (direction === 'bullish') this.low = swing;
    else this.high = swing;
    return swing;
  }

  private label({ time, high, low }: Candle, direction: Direction, confirmed_at: number): Swing {
    if (direction === 'bullish') {
      const label = this.low === null ? null : low < this.low.price ? 'LL' : 'HL';
      return Object.freeze({ kind: 'swing', time, confirmed_at, direction, price: low, label });
    }
    const label = this.high === null ? null : high > this.high.price ? 'HH' : 'LH';
    return Object.freeze({ kind: 'swing', time, confirmed_at, direction, price: high, label });
  }
}
