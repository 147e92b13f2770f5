import { describe, expect, it } from '@jest/globals';
import { capOf } from './cap.js';

describe('the cap on a domain\'s weight', () => {
  it.each([
    ['nothing to cut', [1, 1, 1, 1, 1], Infinity],
    ['none at all', [], Infinity],
    ['one domain is its own total', [7], 7],
    ['two become equal', [5, 2], 2],
    ['three become equal', [5, 3, 1], 1],
    ['one of eight: 3 of 10', [10, 1, 1, 1, 1, 1, 1, 1], 3],
    ['two of six: 3 and 3 of 10', [1, 10, 1, 1, 10, 1], 3],
    ['three of four: 3, 3 and 3 of 10', [8, 9, 1, 7], 3],
    ['exactly three tenths stays', [3, 1, 1, 1, 1, 1, 1, 1], Infinity],
  ] as const)('%s', (_name, weights, cap) => {
    const found = capOf(weights);
    if (cap === Infinity) expect(weights.every((weight) => weight <= found + 1e-12)).toBe(true);
    else expect(found).toBeCloseTo(cap, 12);
  });

  it('refuses what is not a weight', () => {
    expect(() => capOf([Number.NaN, Number.NaN, Number.NaN, Number.NaN])).toThrow(RangeError);
  });
});
