import { describe, expect, it } from '@jest/globals';
import type { Candle } from '../model/candle.js';
import type { IndicatorValues } from '../model/indicators.js';
import type { Interval } from '../model/interval.js';
import { IndicatorSet } from './indicator-set.js';

const HOUR = 3_600_000;

const bar = (time: number, price: number, volume = 100): Candle => ({ time, knownAt: time + HOUR, open: price, high: price, low: price, close: price, volume });
const series = (prices: readonly number[], volume = 100): Candle[] => prices.map((price, at) => bar(at * HOUR, price, volume));
const run = (candles: readonly Candle[], interval: Interval = '1h', hours: 'always' | 'us_equity' = 'always'): IndicatorValues[] => {
  const set = new IndicatorSet(interval, hours);
  return candles.map((candle) => set.update(candle));
};
const numbers = (values: IndicatorValues): (number | null)[] => Object.values(values);

describe('published examples', () => {
  it('RSI(14) of StockCharts’ ChartSchool (prices there rounded to cents)', () => {
    const prices = [
      44.34, 44.09, 44.15, 43.61, 44.33, 44.83, 45.10, 45.42, 45.84, 46.08, 45.89, 46.03, 45.61, 46.28, 46.28, 46.00, 46.03, 46.41, 46.22, 45.64,
    ];
    const rsi = run(series(prices)).map(({ rsi14 }) => rsi14);
    expect(rsi.slice(0, 14)).toEqual(Array(14).fill(null));
    [70.46, 66.25, 66.48, 69.35, 66.29, 57.92].forEach((value, at) => expect(Math.abs(rsi[14 + at]! - value)).toBeLessThan(0.01));
  });
});

describe('a market without movement', () => {
  const flat = (volume: number, interval: Interval) => run(series(Array(200).fill(50), volume), interval).at(-1)!;

  it.each([[0, '1h'], [100, '1h'], [0, '1d'], [100, '1d']] as const)('has defined values at a volume of %d on %s bars', (volume, interval) => {
    expect(flat(volume, interval)).toEqual({
      time: 199 * HOUR,
      sma20: 50, sma50: 50, ema12: 50, ema26: 50, rsi14: 50, macd: 0, macd_signal: 0, macd_hist: 0,
      bb_upper: 50, bb_middle: 50, bb_lower: 50, atr14: 0, adx14: 0, plus_di14: 0, minus_di14: 0,
      obv: 0, obv_ema20: 0, mfi14: 50, vwap: 50, vwap_deviation: 0, donchian_upper20: 50, donchian_lower20: 50,
      tenkan: 50, kijun: 50, senkou_a: 50, senkou_b: 50, momentum60: 0, atr_ratio: 1,
    });
  });

  it('recovers from it', () => {
    const prices = [...Array<number>(60).fill(50), ...Array.from({ length: 140 }, (_, at) => 50 + Math.sin(at) + at / 20)];
    const last = run(series(prices)).at(-1)!;
    expect(numbers(last).every(Number.isFinite)).toBe(true);
    expect(last.rsi14).toBeGreaterThan(50);
    expect(last.adx14).toBeGreaterThan(0);
  });

  it('keeps the RSI of a price that moved before', () => {
    const rsi = run(series([...Array.from({ length: 10 }, (_, at) => 40 + at), ...Array<number>(30).fill(49)])).at(-1)!.rsi14;
    expect(rsi).toBe(100);
  });
});

describe('hard input', () => {
  it.each([
    ['only rises', (at: number) => 10 + at],
    ['only falls', (at: number) => 1000 - at],
    ['grows by the same share', (at: number) => 1.01 ** at],
    ['is tiny', (at: number) => 1e-8 * (1 + (at % 7))],
    ['jumps', (at: number) => (at % 50 === 0 ? 1e6 : 1)],
    ['goes below zero', (at: number) => 20 - at / 3],
  ])('is finite where the price %s', (_name, price) => {
    for (const volume of [0, 1e12]) {
      for (const values of run(series(Array.from({ length: 400 }, (_, at) => price(at)), volume))) {
        expect(numbers(values).filter((value) => value !== null && !Number.isFinite(value))).toEqual([]);
      }
    }
  });

  it('cuts momentum at 100 where all returns are nearly equal', () => {
    expect(run(series(Array.from({ length: 100 }, (_, at) => 1.01 ** at))).at(-1)!.momentum60).toBe(100);
    expect(run(series(Array.from({ length: 100 }, (_, at) => 0.99 ** at))).at(-1)!.momentum60).toBe(-100);
  });

  it('weighs only what was traded, and every price alike where nothing was', () => {
    const vwap = (...candles: Candle[]) => run(candles).at(-1)!.vwap;
    expect(vwap(bar(0, 10, 0), bar(HOUR, 20, 0))).toBe(15);
    expect(vwap(bar(0, 10, 0), bar(HOUR, 20, 3), bar(2 * HOUR, 40, 1))).toBe(25);
  });

  it('forgets volume that has left the window of daily bars', () => {
    const days = [...series(Array(20).fill(10.1), 1e15 / 3), ...series(Array(20).fill(30), 0)];
    expect(run(days, '1d').at(-1)!.vwap).toBe(30);
  });
});

describe('the session of VWAP', () => {
  const vwaps = (iso: readonly string[], hours: 'always' | 'us_equity') =>
    run(iso.map((time, at) => bar(Date.parse(time), 10 * (at + 1))), '1h', hours).map(({ vwap }) => vwap);

  it('begins at UTC midnight where trading never stops', () => {
    expect(vwaps(['2021-06-01T22:00:00Z', '2021-06-01T23:00:00Z', '2021-06-02T00:00:00Z', '2021-06-02T01:00:00Z'], 'always'))
      .toEqual([10, 15, 30, 35]);
  });

  it('begins at New York midnight for US equities, in winter and in summer', () => {
    expect(vwaps(['2021-01-05T23:00:00Z', '2021-01-06T00:00:00Z', '2021-01-06T04:00:00Z', '2021-01-06T05:00:00Z', '2021-01-06T06:00:00Z'], 'us_equity'))
      .toEqual([10, 15, 20, 40, 45]);
    expect(vwaps(['2021-06-01T23:00:00Z', '2021-06-02T00:00:00Z', '2021-06-02T03:00:00Z', '2021-06-02T04:00:00Z', '2021-06-02T05:00:00Z'], 'us_equity'))
      .toEqual([10, 15, 20, 40, 45]);
  });
});

describe('the values', () => {
  it('are null before warm-up and begin with the documented candle', () => {
    const all = run(Array.from({ length: 200 }, (_, at) => bar(at * HOUR, 50 + Math.sin(at))));
    const first = (name: keyof IndicatorValues) => 1 + all.findIndex((values) => values[name] !== null);
    expect(Object.fromEntries(Object.keys(all[0]!).map((name) => [name, first(name as keyof IndicatorValues)]))).toEqual({
      time: 1, sma20: 20, sma50: 50, ema12: 12, ema26: 26, rsi14: 15, macd: 26, macd_signal: 34, macd_hist: 34,
      bb_upper: 20, bb_middle: 20, bb_lower: 20, atr14: 14, adx14: 28, plus_di14: 15, minus_di14: 15,
      obv: 1, obv_ema20: 20, mfi14: 15, vwap: 1, vwap_deviation: 20, donchian_upper20: 21, donchian_lower20: 21,
      tenkan: 9, kijun: 26, senkou_a: 52, senkou_b: 78, momentum60: 61, atr_ratio: 113,
    });
  });

  it('are frozen, and independent of what comes after', () => {
    const set = new IndicatorSet('1h', 'always');
    const early = series(Array.from({ length: 100 }, (_, at) => 50 + Math.cos(at))).map((candle) => set.update(candle));
    const text = JSON.stringify(early);
    for (const candle of series(Array(100).fill(900))) set.update(candle);
    expect(JSON.stringify(early)).toBe(text);
    expect(early.every((values) => Object.isFrozen(values))).toBe(true);
  });
});
