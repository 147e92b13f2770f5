import { describe, expect, it } from '@jest/globals';
import type { Candle } from '../model/candle.js';
import { CandleBuilder } from './candle-builder.js';

const MINUTE = 60_000;
const START = 1_000 * MINUTE;
const tick = (offset: number, price: number, volume = 1) => ({ symbol: 'X', price, volume, time: START + offset });

describe('candles from ticks', () => {
  it('close with the first tick at or after their end', () => {
    const builder = new CandleBuilder('1m');
    expect(builder.add(tick(0, 10))).toBeNull();
    expect(builder.add(tick(20_000, 12, 3))).toBeNull();
    expect(builder.add(tick(59_999, 9, 2))).toBeNull();
    expect(builder.add(tick(MINUTE, 11))).toEqual({
      time: START, knownAt: START + MINUTE, open: 10, high: 12, low: 9, close: 9, volume: 6,
    });
  });

  it('leave out an interval without ticks', () => {
    const builder = new CandleBuilder('1m');
    builder.add(tick(0, 10));
    expect(builder.add(tick(5 * MINUTE + 1, 20))?.time).toBe(START);
    expect(builder.add(tick(6 * MINUTE, 21))).toMatchObject({ time: START + 5 * MINUTE, open: 20, close: 20, volume: 1 });
  });

  it('drop and count what came after their close', () => {
    const builder = new CandleBuilder('1m');
    builder.add(tick(0, 10));
    builder.add(tick(MINUTE, 11));
    expect(builder.add(tick(MINUTE - 1, 99))).toBeNull();
    expect(builder.dropped).toBe(1);
    expect(builder.add(tick(2 * MINUTE, 12))).toMatchObject({ open: 11, high: 11, close: 11, volume: 1 });
  });

  it('take ticks out of order while they are open: open and close by time', () => {
    const builder = new CandleBuilder('1m');
    builder.add(tick(30_000, 10));
    builder.add(tick(40_000, 11));
    builder.add(tick(35_000, 15));
    builder.add(tick(10_000, 8));
    expect(builder.add(tick(MINUTE, 1))).toMatchObject({ open: 8, high: 15, low: 8, close: 11, volume: 4 });
    expect(builder.dropped).toBe(0);
  });

  it('are not given where their beginning was not seen, unless it is handed over', () => {
    const blind = new CandleBuilder('1m', { since: START + 1, open: null });
    blind.add(tick(30_000, 10));
    expect(blind.add(tick(MINUTE, 11))).toBeNull();
    expect(blind.add(tick(2 * MINUTE, 12))).toMatchObject({ time: START + MINUTE, close: 11 });

    const open: Candle = { time: START, knownAt: START + MINUTE, open: 5, high: 6, low: 4, close: 5.5, volume: 7 };
    const seeded = new CandleBuilder('1m', { since: START + 30_001, open });
    seeded.add(tick(31_000, 10));
    expect(seeded.add(tick(MINUTE, 11))).toEqual({ ...open, high: 10, close: 10, volume: 8 });
    const untouched = new CandleBuilder('1m', { since: START + 30_001, open });
    expect(untouched.add(tick(MINUTE, 11))).toEqual(open);
  });
});
