import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Candle } from '../model/candle.js';
import type { IndicatorValues } from '../model/indicators.js';
import { IndicatorSet } from './indicator-set.js';

// Batch formulas from the textbooks, arrays in and arrays out, which share no code with the product.
type Series = (number | null)[];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const deviation = (values: readonly number[]): number => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};
/** `of` over each window of `size` numbers; null where a window is not whole. */
const rolling = (values: Series, size: number, of: (window: number[]) => number): Series =>
  values.map((_, at) => {
    const window = values.slice(Math.max(0, at - size + 1), at + 1);
    return window.length < size || window.includes(null) ? null : of(window as number[]);
  });

/** EMA: mean of the first `period` values, then price · k + EMA · (1 − k), k = 2 / (period + 1). */
function ema(values: Series, period: number): Series {
  const first = values.findIndex((value) => value !== null);
  const out: Series = values.map(() => null);
  const k = 2 / (period + 1);
  for (let at = first + period - 1; at < values.length && first >= 0; at++) {
    const before = out[at - 1] ?? null;
    out[at] = before === null ? mean(values.slice(first, at + 1) as number[]) : values[at]! * k + before * (1 - k);
  }
  return out;
}

/** Wilder's RSI: average gain and loss = (13 · before + now) / 14. */
function rsi(closes: readonly number[], period: number): Series {
  const gains = closes.map((close, at) => (at === 0 ? 0 : Math.max(0, close - closes[at - 1]!)));
  const losses = closes.map((close, at) => (at === 0 ? 0 : Math.max(0, closes[at - 1]! - close)));
  let gain = mean(gains.slice(1, period + 1));
  let loss = mean(losses.slice(1, period + 1));
  return closes.map((_, at) => {
    if (at < period) return null;
    if (at > period) {
      gain = (gain * (period - 1) + gains[at]!) / period;
      loss = (loss * (period - 1) + losses[at]!) / period;
    }
    return loss === 0 ? 100 : 100 - 100 / (1 + gain / loss);
  });
}

const trueRanges = (candles: readonly Candle[]): number[] =>
  candles.map(({ high, low }, at) => {
    const before = candles[at - 1]?.close;
    return before === undefined ? high - low : Math.max(high - low, Math.abs(high - before), Math.abs(low - before));
  });

/** Wilder's ATR: mean of the first 14 ranges, then (13 · before + now) / 14. */
function atr(candles: readonly Candle[], period: number): Series {
  const ranges = trueRanges(candles);
  let value = mean(ranges.slice(0, period));
  return ranges.map((range, at) => {
    if (at < period - 1) return null;
    if (at >= period) value = (value * (period - 1) + range) / period;
    return value;
  });
}

/** Wilder's sums of 14 (before − before / 14 + now), DI = 100 · DM / TR, DX, ADX = mean of 14 DX, then (13 · before + now) / 14. */
function directional(candles: readonly Candle[], period: number): { plus: Series; minus: Series; adx: Series } {
  const ranges = trueRanges(candles);
  const up = candles.map(({ high }, at) => (at === 0 ? 0 : high - candles[at - 1]!.high));
  const down = candles.map(({ low }, at) => (at === 0 ? 0 : candles[at - 1]!.low - low));
  const smooth = (values: readonly number[]): Series => {
    let value = sum(values.slice(1, period + 1));
    return values.map((now, at) => {
      if (at < period) return null;
      if (at > period) value = value - value / period + now;
      return value;
    });
  };
  const range = smooth(ranges);
  const percent = (moves: Series): Series => moves.map((move, at) => (move === null ? null : (100 * move) / range[at]!));
  const plus = percent(smooth(up.map((move, at) => (move > down[at]! && move > 0 ? move : 0))));
  const minus = percent(smooth(down.map((move, at) => (move > up[at]! && move > 0 ? move : 0))));
  const dx = plus.map((p, at) => (p === null ? null : (100 * Math.abs(p - minus[at]!)) / (p + minus[at]!)));
  let value = mean(dx.slice(period, 2 * period) as number[]);
  const adx = dx.map((now, at) => {
    if (at < 2 * period - 1) return null;
    if (at >= 2 * period) value = (value * (period - 1) + now!) / period;
    return value;
  });
  return { plus, minus, adx };
}

const typical = ({ high, low, close }: Candle): number => (high + low + close) / 3;

/** MFI: 100 − 100 / (1 + positive flow / negative flow) over 14 changes of the typical price. */
const mfi = (candles: readonly Candle[], period: number): Series =>
  candles.map((_, at) => {
    if (at < period) return null;
    let positive = 0;
    let negative = 0;
    for (let bar = at - period + 1; bar <= at; bar++) {
      const flow = typical(candles[bar]!) * candles[bar]!.volume;
      const change = typical(candles[bar]!) - typical(candles[bar - 1]!);
      if (change > 0) positive += flow;
      if (change < 0) negative += flow;
    }
    return negative === 0 ? 100 : 100 - 100 / (1 + positive / negative);
  });

function obv(candles: readonly Candle[]): number[] {
  let total = 0;
  return candles.map(({ close, volume }, at) => (total += at === 0 ? 0 : Math.sign(close - candles[at - 1]!.close) * volume));
}

const sub = (a: Series, b: Series): Series => a.map((value, at) => (value === null || b[at] == null ? null : value - b[at]!));
const delayed = (values: Series, bars: number): Series => values.map((_, at) => values[at - bars] ?? null);

function sessionVwap(candles: readonly Candle[], session: (candle: Candle) => string): Series {
  const days = new Map<string, Candle[]>();
  return candles.map((candle) => {
    const day = session(candle);
    const own = [...(days.get(day) ?? []), candle];
    days.set(day, own);
    return sum(own.map((c) => typical(c) * c.volume)) / sum(own.map((c) => c.volume));
  });
}

function reference(candles: readonly Candle[], vwap: Series): Record<Exclude<keyof IndicatorValues, 'time'>, Series> {
  const closes = candles.map(({ close }) => close);
  const middle = (size: number): Series => candles.map((_, at) => {
    const window = candles.slice(at - size + 1, at + 1);
    return at < size - 1 ? null : (Math.max(...window.map((c) => c.high)) + Math.min(...window.map((c) => c.low))) / 2;
  });
  const returns: Series = closes.map((close, at) => (at === 0 ? null : Math.log(close / closes[at - 1]!)));
  const macd = sub(ema(closes, 12), ema(closes, 26));
  const signal = ema(macd, 9);
  const band = (k: number): Series => rolling(closes, 20, (window) => mean(window) + k * deviation(window));
  const { plus, minus, adx } = directional(candles, 14);
  const ranges = atr(candles, 14);
  const usualRanges = rolling(ranges, 100, mean);
  const tenkan = middle(9);
  const kijun = middle(26);
  const spanA = tenkan.map((value, at) => (value === null || kijun[at] == null ? null : (value + kijun[at]!) / 2));
  return {
    sma20: rolling(closes, 20, mean), sma50: rolling(closes, 50, mean),
    ema12: ema(closes, 12), ema26: ema(closes, 26), rsi14: rsi(closes, 14),
    macd, macd_signal: signal, macd_hist: sub(macd, signal),
    bb_upper: band(2), bb_middle: band(0), bb_lower: band(-2),
    atr14: ranges, adx14: adx, plus_di14: plus, minus_di14: minus,
    obv: obv(candles), obv_ema20: ema(obv(candles), 20), mfi14: mfi(candles, 14), vwap,
    donchian_upper20: delayed(rolling(candles.map((c) => c.high), 20, (window) => Math.max(...window)), 1),
    donchian_lower20: delayed(rolling(candles.map((c) => c.low), 20, (window) => Math.min(...window)), 1),
    tenkan, kijun, senkou_a: delayed(spanA, 26), senkou_b: delayed(middle(52), 26),
    momentum60: rolling(returns, 60, (window) => sum(window) / (deviation(window) * Math.sqrt(60))),
    vwap_deviation: rolling(sub(closes, vwap), 20, deviation),
    atr_ratio: ranges.map((now, at) => (usualRanges[at] == null ? null : now! / usualRanges[at]!)),
  };
}

const DATA = new URL('../../../shared/data/', import.meta.url);

function load(file: string, intervalMs: number): Candle[] {
  return readFileSync(new URL(file, DATA), 'utf8').trim().split('\n').slice(1).map((line) => {
    const [timestamp, ...numbers] = line.split(',');
    const [open, high, low, close, volume] = numbers.map(Number) as [number, number, number, number, number];
    const time = Date.parse(timestamp!);
    return { time, knownAt: time + intervalMs, open, high, low, close, volume };
  });
}

/** Null in the same places, and nowhere further apart than 1e-6 of max(1, |x|). */
function expectAgreement(values: readonly IndicatorValues[], expected: ReturnType<typeof reference>): void {
  for (const [name, series] of Object.entries(expected)) {
    const wrong = series.flatMap((should, at) => {
      const is = values[at]![name as keyof typeof expected];
      const same = is === null || should === null ? is === should : Math.abs(is - should) <= 1e-6 * Math.max(1, Math.abs(should));
      return same ? [] : [{ at, is, should }];
    });
    expect({ name, wrong: wrong.length, first: wrong[0] }).toEqual({ name, wrong: 0, first: undefined });
    expect(series.at(-1)).not.toBeNull();
  }
}

const present = (file: string) => {
  const found = existsSync(new URL(file, DATA));
  if (!found) console.log(`skipped: ../shared/data/${file} is absent`);
  return found ? it : it.skip;
};

describe('every indicator agrees with the textbook formulas', () => {
  present('SPY-1d.csv')('over all daily bars of SPY', () => {
    const candles = load('SPY-1d.csv', 86_400_000);
    const set = new IndicatorSet('1d', 'us_equity');
    const traded: Series = candles.map((candle) => typical(candle) * candle.volume);
    const volumes = rolling(candles.map(({ volume }) => volume), 20, sum);
    const vwap = rolling(traded, 20, sum).map((total, at) => (total === null ? null : total / volumes[at]!));
    expectAgreement(candles.map((candle) => set.update(candle)), reference(candles, vwap));
  });

  present('BTCUSDT-1m.csv')('over two and a half days of minutes of BTCUSDT, with the VWAP of the UTC day', () => {
    const candles = load('BTCUSDT-1m.csv', 60_000).slice(0, 3600);
    const set = new IndicatorSet('1m', 'always');
    const vwap = sessionVwap(candles, ({ time }) => new Date(time).toISOString().slice(0, 10));
    expectAgreement(candles.map((candle) => set.update(candle)), reference(candles, vwap));
  });
});
