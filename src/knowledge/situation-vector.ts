import type { Candle } from '../model/candle.js';
import type { IndicatorValues } from '../model/indicators.js';
import type { MarketView } from '../model/market-view.js';
import { newYorkOffsetMs } from '../model/new-york.js';
import type { StructureState } from '../model/structure.js';

/** Raised whenever a component changes its meaning, place or weight: vectors of two versions are never compared. */
export const VECTOR_VERSION = 1;

/** No component counts for more, however far out the market is. */
const MOST = 4;
const SHORT = 20;
const LONGEST = 60;
const DAY = 86_400_000;

type Warm = IndicatorValues & { readonly [K in (typeof NEEDS)[number]]: number };
const NEEDS = ['sma20', 'sma50', 'vwap', 'atr14', 'adx14', 'rsi14'] as const;

interface Seen {
  readonly view: MarketView;
  readonly candles: readonly Candle[];
  readonly last: Candle;
  readonly now: Warm;
  readonly structure: StructureState;
  /** Log returns of the view's closes, oldest first. */
  readonly returns: readonly number[];
}

interface Component {
  readonly name: string;
  readonly weight: number;
  readonly of: (seen: Seen) => number;
}

/**
 * What a situation is compared by. Each component is cut to ±4 and then multiplied by its weight; only closed candles
 * count, so a situation is known the moment its candle t closes. Units:
 * - `return_k`: ln(close[t] / close[t−k]) over σ·√k, σ the standard deviation of the view's one-bar log returns
 * - `volatility`: σ of the last 20 returns as z-score over all the 20-bar windows of the view
 * - `rsi`: (RSI(14) − 50) / 15
 * - `to_sma20`, `to_sma50`, `to_vwap`: distance of the close in ATR(14), above is positive
 * - `adx`: (ADX(14) − 25) / 12
 * - `volume`: ln(1 + volume) as z-score over the view's candles
 * - `trend`: of market structure, 1 bullish, −1 bearish, 0 none
 * - `range`: place in the dealing range, −2 its low to 2 its high, beyond it up to ±4; 0 without a range
 * - `zone`: distance to the nearest open zone (gap or block) in ATR, 0 inside, 4 without one
 * - `zone_side`: that zone's direction (1 bullish, −1 bearish) times 1 − zone/4
 * - `time_sin`, `time_cos`: the time of day at which the candle was known, on New York's clock where that is where it
 *   trades, else UTC's, as an angle; 0 and 0 on daily bars
 */
const COMPONENTS: readonly Component[] = [
  { name: 'return_1', weight: 0.5, of: (seen) => returnOver(seen, 1) },
  { name: 'return_5', weight: 0.7, of: (seen) => returnOver(seen, 5) },
  { name: 'return_20', weight: 1, of: (seen) => returnOver(seen, 20) },
  { name: 'return_60', weight: 1, of: (seen) => returnOver(seen, LONGEST) },
  { name: 'volatility', weight: 1, of: ({ returns }) => zOfLast(windowDeviations(returns)) },
  { name: 'rsi', weight: 0.7, of: ({ now }) => (now.rsi14 - 50) / 15 },
  { name: 'to_sma20', weight: 0.5, of: ({ last, now }) => over(last.close - now.sma20, now.atr14) },
  { name: 'to_sma50', weight: 0.5, of: ({ last, now }) => over(last.close - now.sma50, now.atr14) },
  { name: 'to_vwap', weight: 0.5, of: ({ last, now }) => over(last.close - now.vwap, now.atr14) },
  { name: 'adx', weight: 0.7, of: ({ now }) => (now.adx14 - 25) / 12 },
  { name: 'volume', weight: 0.5, of: ({ candles }) => zOfLast(candles.map(({ volume }) => Math.log1p(volume))) },
  { name: 'trend', weight: 1, of: ({ structure }) => side(structure.trend) },
  { name: 'range', weight: 0.7, of: ({ structure }) => (structure.range ? (structure.range.position - 0.5) * 4 : 0) },
  { name: 'zone', weight: 0.4, of: (seen) => nearestZone(seen).distance },
  { name: 'zone_side', weight: 1, of: (seen) => zoneSide(seen) },
  { name: 'time_sin', weight: 0.7, of: (seen) => Math.sin(timeOfDay(seen)) },
  { name: 'time_cos', weight: 0.7, of: (seen) => (seen.view.interval === '1d' ? 0 : Math.cos(timeOfDay(seen))) },
];

/** Numbers in a vector. */
export const VECTOR_SIZE = COMPONENTS.length;
export const VECTOR_NAMES: readonly string[] = COMPONENTS.map(({ name }) => name);

/** The state of a view's market, or null until its indicators and 61 candles are known. Pure; every number is finite. */
export function situationVector(view: MarketView): readonly number[] | null {
  const { candles, indicators, structure } = view;
  const last = candles.at(-1);
  if (!last || candles.length <= LONGEST || !structure || !isWarm(indicators)) return null;
  const returns = candles.slice(1).map(({ close }, at) => Math.log(close / candles[at]!.close));
  const seen: Seen = { view, candles, last, now: indicators, structure, returns };
  return COMPONENTS.map(({ weight, of }) => weight * cut(of(seen)));
}

const isWarm = (values: IndicatorValues | null): values is Warm => values !== null && NEEDS.every((field) => Number.isFinite(values[field]));

const cut = (value: number): number => (value > MOST ? MOST : value < -MOST ? -MOST : value || 0);

/** 0 where there is nothing to divide by: a market that does not move has no distances. */
const over = (a: number, b: number): number => (b > 1e-12 ? a / b : 0);

const side = (direction: 'bullish' | 'bearish' | null): number => (direction === 'bullish' ? 1 : direction === 'bearish' ? -1 : 0);

const returnOver = ({ returns }: Seen, bars: number): number => {
  let sum = 0;
  for (let at = returns.length - bars; at < returns.length; at++) sum += returns[at]!;
  return over(sum, deviation(returns, 0, returns.length) * Math.sqrt(bars));
};

function deviation(values: readonly number[], from: number, until: number): number {
  let [sum, squares] = [0, 0];
  for (let at = from; at < until; at++) sum += values[at]!;
  const mean = sum / (until - from);
  for (let at = from; at < until; at++) squares += (values[at]! - mean) ** 2;
  return Math.sqrt(squares / (until - from));
}

const windowDeviations = (returns: readonly number[]): number[] =>
  Array.from({ length: returns.length - SHORT + 1 }, (_, at) => deviation(returns, at, at + SHORT));

const zOfLast = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return over(values.at(-1)! - mean, deviation(values, 0, values.length));
};

function nearestZone({ structure, last, now }: Seen): { readonly distance: number; readonly direction: number } {
  let nearest = { distance: MOST, direction: 0 };
  for (const { low, high, direction } of structure.open_zones) {
    const away = Math.max(0, low - last.close, last.close - high);
    const distance = away === 0 ? 0 : over(away, now.atr14);
    if (distance < nearest.distance) nearest = { distance, direction: side(direction) };
  }
  return nearest;
}

const zoneSide = (seen: Seen): number => {
  const { distance, direction } = nearestZone(seen);
  return direction * (1 - distance / MOST);
};

function timeOfDay({ view: { interval, instrument }, last: { knownAt } }: Seen): number {
  if (interval === '1d') return 0;
  const wall = instrument.hours === 'us_equity' ? knownAt + newYorkOffsetMs(knownAt) : knownAt;
  return (2 * Math.PI * (((wall % DAY) + DAY) % DAY)) / DAY;
}
