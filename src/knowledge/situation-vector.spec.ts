import { describe, expect, it } from '@jest/globals';
import fc from '../../test/support/seeded.js';
import type { MarketView } from '../model/market-view.js';
import { calmCandles, coldView, viewOf } from '../../test/support/views.js';
import { situationVector, VECTOR_NAMES, VECTOR_SIZE } from './situation-vector.js';

const named = (view: MarketView): Record<string, number> => Object.fromEntries(situationVector(view)!.map((value, at) => [VECTOR_NAMES[at]!, value]));
const zig = (count = 120) => calmCandles(count).map((candle, at) => ({ ...candle, close: at % 2 ? 101 : 100 }));

describe('the vector of a situation', () => {
  it('is null until the market is warm', () => {
    expect(situationVector(coldView(120))).toBeNull();
    expect(situationVector(viewOf({ candles: calmCandles(60) }))).toBeNull();
    expect(situationVector(viewOf({ structure: null }))).toBeNull();
    expect(situationVector(viewOf({ indicators: { adx14: null } }))).toBeNull();
    expect(situationVector(viewOf({ candles: calmCandles(61) }))).toHaveLength(VECTOR_SIZE);
  });

  it('is all zeros but for distance and time in a market that goes nowhere', () => {
    const { zone, time_sin: sin, time_cos: cos, ...rest } = named(viewOf());
    expect(Object.values(rest).every((value) => value === 0)).toBe(true);
    expect(zone).toBeCloseTo(0.4 * 4, 10);
    expect(Math.hypot(sin!, cos!)).toBeCloseTo(0.7, 10);
  });

  it('has returns in σ of the view times √bars', () => {
    // closes go 100, 101, 100, …: one-bar returns of ±ln(1.01), 60 up and 59 down
    const { return_1: one, return_20: twenty } = named(viewOf({ candles: zig() }));
    expect(one! / 0.5).toBeCloseTo(1, 2);
    expect(twenty).toBeCloseTo(0, 10);
    const jumped = zig().map((candle, at) => (at === 119 ? { ...candle, close: 150 } : candle));
    expect(named(viewOf({ candles: jumped })).return_1).toBe(0.5 * 4);
  });

  it('has distances in ATR, structure as signs, and the time of New York where that is where it trades', () => {
    const view = viewOf({
      indicators: { atr14: 0.5, sma20: 99, sma50: 100.5, vwap: 103, rsi14: 65, adx14: 37 },
      structure: { trend: 'bearish', range: { low: 98, high: 102, position: 0.25 }, open_zones: [
        { kind: 'order_block', direction: 'bullish', low: 98.5, high: 99.5, time: 0, confirmed_at: 0, mitigated: 0 },
        { kind: 'order_block', direction: 'bearish', low: 103, high: 104, time: 0, confirmed_at: 0, mitigated: 0 },
      ] },
    });
    expect(named(view)).toMatchObject({
      to_sma20: 0.5 * 2, to_sma50: 0.5 * -1, to_vwap: 0.5 * -4, rsi: 0.7, adx: 0.7, trend: -1, range: 0.7 * -1, zone: 0.4 * 1, zone_side: 0.75,
    });
    const at = Date.UTC(2024, 6, 1, 16); // noon in New York's summer
    const [candles, last] = [view.candles.slice(0, -1), view.candles.at(-1)!];
    const noon = { ...view, candles: [...candles, { ...last, knownAt: at }], instrument: { ...view.instrument, hours: 'us_equity' as const } };
    expect(named(noon).time_cos).toBeCloseTo(-0.7, 10);
    expect(named({ ...noon, interval: '1d' })).toMatchObject({ time_sin: 0, time_cos: 0 });
  });

  it('is finite and within four times its weights, whatever the market does', () => {
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, 1e300, -1e300, 1e-300));
    fc.assert(fc.property(value, value, value, fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (sma20, vwap, atr14, close) => {
      const candles = zig().map((candle, at) => (at > 100 ? { ...candle, close, volume: at * close } : candle));
      const vector = situationVector(viewOf({ candles, indicators: { sma20, vwap, atr14, rsi14: sma20 } }))!;
      expect(vector.every((each) => Number.isFinite(each) && Math.abs(each) <= 4)).toBe(true);
    }));
  });
});
