import { describe, expect, test } from '@jest/globals';
import { begunOf } from '../../web/src/symbol/begun.js';

const MINUTE = 60_000;
const candle = (time: string, open: number, high: number, low: number, close: number, volume: number) => ({ time: `2026-11-21T${time}:00.000Z`, open, high, low, close, volume });
const start = Date.parse('2026-11-21T14:00:00.000Z');

describe('the candle under way', () => {
  test('is made of the longest closed parts since it began, each minute once', () => {
    const quarters = [candle('13:45', 90, 99, 80, 95, 7), candle('14:00', 100, 104, 99, 103, 10)];
    const fives = [candle('14:05', 1, 1000, 1, 1, 1000), candle('14:10', 1, 1000, 1, 1, 1000), candle('14:15', 103, 103, 101, 102, 4)];
    const minutes = [candle('14:19', 1, 1000, 1, 1, 1000), candle('14:20', 102, 105, 98, 99, 2), candle('14:21', 99, 100, 99, 100, 1)];
    expect(begunOf(start, [{ lengthMs: 15 * MINUTE, candles: quarters }, { lengthMs: 5 * MINUTE, candles: fives }, { lengthMs: MINUTE, candles: minutes }]))
      .toEqual(candle('14:00', 100, 105, 98, 100, 17));
  });

  test('is not known where nothing of it has closed yet', () => {
    expect(begunOf(start, [{ lengthMs: MINUTE, candles: [candle('13:59', 1, 2, 1, 2, 3)] }])).toBeNull();
  });
});
