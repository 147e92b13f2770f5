import { describe, expect, it } from '@jest/globals';
import { RollingExtreme } from './rolling-extreme.js';

describe('the rolling extreme', () => {
  it.each([1, 2, 3, 9, 26])('is the highest and the lowest of each window of %d', (size) => {
    // ties, long rises and long falls among it
    const values = Array.from({ length: 500 }, (_, at) => Math.round(10 * Math.sin(at / 9) + ((at * 7919) % 13)) - (at % 100 > 60 ? at : 0) + 0); // + 0: no −0
    const highest = new RollingExtreme(size, 'highest');
    const lowest = new RollingExtreme(size, 'lowest');
    values.forEach((value, at) => {
      highest.push(value);
      lowest.push(value);
      const window = values.slice(Math.max(0, at - size + 1), at + 1);
      expect(highest.value).toBe(window.length < size ? null : Math.max(...window));
      expect(lowest.value).toBe(window.length < size ? null : Math.min(...window));
    });
  });
});
