import type { Candle } from './candle.js';
import type { IndicatorValues } from './indicators.js';
import type { Instrument } from './instrument.js';
import type { Interval } from './interval.js';
import type { NewsItem } from './news-item.js';
import type { SimilarSituation } from './situation.js';
import type { StructureState } from './structure.js';

/** What was known of one symbol at `asOf`. Frozen: analysts are functions of it and of nothing else. */
export interface MarketView {
  readonly instrument: Instrument;
  readonly interval: Interval;
  /** Market time, epoch milliseconds. */
  readonly asOf: number;
  /** The feed's name; `simulated` is never hidden. */
  readonly source: string;
  /** Last price. */
  readonly price: number;
  /** Closed candles, oldest first, at most 200. */
  readonly candles: readonly Candle[];
  /** After the last closed candle; null before the first. */
  readonly indicators: IndicatorValues | null;
  /** After the candle before, for crossings. */
  readonly previous: IndicatorValues | null;
  readonly structure: StructureState | null;
  /** Published by `asOf`, newest first. Text from outside. */
  readonly news: readonly NewsItem[];
  /** Nearest first; all of them were resolved by `asOf`. */
  readonly similar: readonly SimilarSituation[];
}
