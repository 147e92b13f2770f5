import type { Candle } from '../../src/model/candle.js';
import type { IndicatorValues } from '../../src/model/indicators.js';
import type { MarketView } from '../../src/model/market-view.js';
import type { StructureEvent, StructureState } from '../../src/model/structure.js';

const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 2);

/** Candles of one minute around 100, one ATR (1) high, the oldest first. */
export const calmCandles = (count = 120): readonly Candle[] =>
  Array.from({ length: count }, (_, at) => ({
    time: START + at * MINUTE, knownAt: START + (at + 1) * MINUTE,
    open: 100, high: 100.5, low: 99.5, close: 100, volume: 1000,
  }));

/** A market at 100 that goes nowhere: every rule is neutral or has no setup. */
export const CALM: IndicatorValues = {
  time: START, sma20: 100, sma50: 100, ema12: 100, ema26: 100, rsi14: 50, macd: 0, macd_signal: 0, macd_hist: 0,
  bb_upper: 102, bb_middle: 100, bb_lower: 98, atr14: 1, adx14: 25, obv: 0, mfi14: 50, vwap: 100,
  plus_di14: 20, minus_di14: 20, obv_ema20: 0, donchian_upper20: 103, donchian_lower20: 97,
  tenkan: 100, kijun: 100, senkou_a: 101, senkou_b: 99, momentum60: 0, vwap_deviation: 0.5, atr_ratio: 1,
};

/** The same before the first indicator is warm. */
const COLD: IndicatorValues = Object.fromEntries(
  Object.keys(CALM).map((field) => [field, field === 'time' ? START : null]),
) as unknown as IndicatorValues;

const NO_STRUCTURE: StructureState = {
  trend: null, events: [], open_zones: [], last_swing_high: null, last_swing_low: null, range: null, killzone: null,
};

interface ViewParts {
  readonly price?: number;
  readonly candles?: readonly Candle[];
  readonly indicators?: Partial<IndicatorValues> | null;
  readonly previous?: IndicatorValues | null;
  readonly structure?: Partial<StructureState> | null;
  readonly news?: MarketView['news'];
  readonly similar?: MarketView['similar'];
}

/** The calm market with what is named changed; frozen through and through. The last candle closes at the price. */
export function viewOf({ price = 100, candles = closingAt(price), indicators = {}, previous = CALM, structure = {}, news = [], similar = [] }: ViewParts = {}): MarketView {
  return freeze({
    instrument: { symbol: 'TEST', name: 'Test', assetClass: 'crypto', currency: 'USD', hours: 'always', tickSize: 0.01, lotSize: 1 },
    interval: '1m', asOf: candles.at(-1)?.knownAt ?? START, source: 'simulated', price, candles,
    indicators: indicators && { ...CALM, ...indicators }, previous,
    structure: structure && { ...NO_STRUCTURE, ...structure }, news, similar,
  });
}

/** Calm candles of which the last one closes at the price, with the given volume. */
export function closingAt(close: number, volume = 1000, count = 120): readonly Candle[] {
  const candles = calmCandles(count);
  const last = candles.at(-1);
  return last ? [...candles.slice(0, -1), { ...last, high: Math.max(last.high, close), low: Math.min(last.low, close), close, volume }] : [];
}

/** What a rule sees before anything is warm. */
export const coldView = (count: number): MarketView =>
  viewOf({ candles: calmCandles(count), indicators: COLD, previous: null, structure: null });

/** When a structure event was known, counted in candles back from the last one of `calmCandles(120)`. */
export const barsAgo = (bars: number): Pick<StructureEvent, 'time' | 'confirmed_at'> => ({
  time: START + (119 - bars) * MINUTE, confirmed_at: START + (120 - bars) * MINUTE,
});

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
