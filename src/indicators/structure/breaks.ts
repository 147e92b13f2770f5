import type { Candle } from '../../model/candle.js';
import type { Direction, Swing } from '../../model/structure.js';
import type { CandleHistory } from './candle-history.js';

/** What broke, and where the leg that broke it began. */
export interface Break {
  readonly direction: Direction;
  /** The swing that was closed beyond. */
  readonly swing: Swing;
  /** Extreme of the leg: of a bullish break the lowest candle since the swing. */
  readonly origin: Candle;
  /** Furthest price on the breaking side since the swing. */
  readonly reach: number;
}

/**
 * One side of structure: the last confirmed swing that no candle has closed beyond. A later swing of the same side
 * takes its place; once broken there is none until the next is confirmed, so each swing breaks at most once.
 */
export class BreakSide {
  private swing: Swing | null = null;
  private origin: Candle | null = null;
  private reach = NaN;
  private readonly up: boolean;

  /** bullish watches swing highs. */
  constructor(private readonly direction: Direction) {
    this.up = direction === 'bullish';
  }

  watch(swing: Swing, history: CandleHistory, bars: number): void {
    this.swing = swing;
    this.origin = null;
    this.reach = swing.price;
    for (let ago = bars; ago >= 0; ago--) this.extend(history.ago(ago)!);
  }

  update(candle: Candle): Break | null {
    const { swing } = this;
    if (swing === null) return null;
    this.extend(candle);
    if (this.up ? candle.close <= swing.price : candle.close >= swing.price) return null;
    const { direction, reach } = this;
    const origin = this.origin!;
    this.swing = this.origin = null;
    return { direction, swing, origin, reach };
  }

  private extend(candle: Candle): void {
    const { origin } = this;
    this.reach = this.up ? Math.max(this.reach, candle.high) : Math.min(this.reach, candle.low);
    if (origin === null || (this.up ? candle.low <= origin.low : candle.high >= origin.high)) this.origin = candle;
  }
}
