import { describe, expect, it } from '@jest/globals';
import type { Candle } from '../../model/candle.js';
import { bandAt, classOf, isCorrect, scoresOf, touchOf } from './outcome.js';

const bar = (open: number, close: number, high = Math.max(open, close), low = Math.min(open, close)): Candle => ({ time: 0, knownAt: 0, open, high, low, close, volume: 1 });

describe('the band', () => {
  it('is the third of |R| over the horizon, linear between ranks', () => {
    // H = 1: R of the bars behind the first: ln 1.01, ln 1.02, −ln 1.04, ln 1.08
    const candles = [bar(50, 90), bar(100, 101), bar(100, 102), bar(104, 100), bar(100, 108)];
    expect(bandAt(candles, 1, 0)).toBeCloseTo(Math.log(1.02), 12);
    const three = candles.slice(0, 4); // rank 2/3 between ln 1.01 and ln 1.02
    expect(bandAt(three, 1, 0)).toBeCloseTo(Math.log(1.01) + (2 / 3) * (Math.log(1.02) - Math.log(1.01)), 12);
  });

  it('takes R from the opening after t to the close at the horizon', () => {
    const candles = [bar(1, 1), bar(100, 7), bar(7, 7), bar(7, 110)];
    expect(bandAt(candles, 3, 0)).toBeCloseTo(Math.log(1.1), 12);
  });

  it('is the cost where that is more, or where no horizon has passed yet', () => {
    expect(bandAt([bar(1, 1), bar(100, 100.001)], 1, 0.002)).toBe(0.002);
    expect(bandAt([bar(1, 1), bar(100, 200)], 5, 0.0004)).toBe(0.0004);
    expect(bandAt([], 5, 0.0004)).toBe(0.0004);
  });
});

describe('class and scores', () => {
  it('are beyond the band up and down, and flat on it', () => {
    expect([0.011, 0.01, 0, -0.01, -0.011].map((r) => classOf(r, 0.01))).toEqual(['UP', 'FLAT', 'FLAT', 'FLAT', 'DOWN']);
  });

  it('count BUY with UP, SELL with DOWN, HOLD with FLAT, once an analyst', () => {
    const right = (['BUY', 'SELL', 'HOLD'] as const).map((action) => (['UP', 'DOWN', 'FLAT'] as const).filter((outcome) => isCorrect(action, outcome)));
    expect(right).toEqual([['UP'], ['DOWN'], ['FLAT']]);
    expect(scoresOf({ a: 'BUY', b: 'SELL', c: 'HOLD', d: 'ABSTAIN', e: 'BUY' }, 'UP', new Set(['e']))).toEqual({ a: 1, b: 0, c: 0 });
  });
});

describe('levels inside a bar', () => {
  const long = { action: 'BUY', target: 110, stop: 90 } as const;
  const short = { action: 'SELL', target: 90, stop: 110 } as const;
  it.each([
    ['neither', long, bar(100, 105, 109, 91), null],
    ['the target', long, bar(100, 105, 110, 95), { level: 'target', price: 110 }],
    ['the stop', long, bar(100, 95, 105, 90), { level: 'stop', price: 90 }],
    ['both: the stop', long, bar(100, 100, 120, 80), { level: 'stop', price: 90 }],
    ['an opening beyond the stop', long, bar(85, 88), { level: 'stop', price: 85 }],
    ['an opening beyond the target', long, bar(115, 118), { level: 'target', price: 115 }],
    ['the target of a short', short, bar(100, 95, 101, 89), { level: 'target', price: 90 }],
    ['both, of a short: the stop', short, bar(100, 100, 111, 89), { level: 'stop', price: 110 }],
    ['no levels', { action: 'BUY', target: null, stop: null } as const, bar(100, 100, 200, 1), null],
    ['a HOLD', { action: 'HOLD', target: 110, stop: 90 } as const, bar(100, 100, 200, 1), null],
  ])('%s', (_name, levels, candle, touch) => expect(touchOf(levels, candle)).toEqual(touch));
});
