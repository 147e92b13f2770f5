import { describe, expect, it } from '@jest/globals';
import type { Candle } from '../../model/candle.js';
import { DealingRange } from './dealing-range.js';

const candle = (low: number, high: number, close: number): Candle => ({ time: 0, knownAt: 1, open: close, high, low, close, volume: 1 });
const swing = { kind: 'swing', time: 0, confirmed_at: 1, direction: 'bearish', price: 15, label: null } as const;

describe('the dealing range', () => {
  it('is widened by trades beyond either end, so that the position stays within 0 and 1', () => {
    const range = new DealingRange();
    range.onBreak({ direction: 'bullish', swing, origin: candle(10, 12, 11), reach: 16 });
    expect(range.update(candle(14, 16, 16))).toEqual({ low: 10, high: 16, position: 1 });
    expect(range.update(candle(8, 13, 8))).toEqual({ low: 8, high: 16, position: 0 });
    expect(range.update(candle(12, 20, 14))).toEqual({ low: 8, high: 20, position: 0.5 });
  });

  it('has the position one half where it has no height', () => {
    const range = new DealingRange();
    range.onBreak({ direction: 'bearish', swing, origin: candle(10, 10, 10), reach: 10 });
    expect(range.update(candle(10, 10, 10))).toEqual({ low: 10, high: 10, position: 0.5 });
  });
});
