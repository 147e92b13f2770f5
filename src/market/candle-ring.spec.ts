import { describe, expect, it } from '@jest/globals';
import { CandleRing } from './candle-ring.js';

describe('the ring', () => {
  it('answers like a list that forgets its oldest', () => {
    for (const capacity of [1, 2, 5, 8]) {
      const ring = new CandleRing<{ time: number }>(capacity);
      const list: { time: number }[] = [];
      expect(ring.last).toBeUndefined();
      expect(ring.latest(3)).toEqual([]);
      for (let n = 1; n <= 20; n++) {
        ring.push({ time: 10 * n });
        list.push({ time: 10 * n });
        const kept = list.slice(-capacity);
        expect(ring.last).toEqual(kept.at(-1));
        expect(ring.size).toBe(kept.length);
        for (const count of [0, 1, 3, 100]) {
          expect(ring.latest(count)).toEqual(count === 0 ? [] : kept.slice(-count));
          for (const time of [0, 10 * n - 25, 10 * n, 10 * n + 1, Number.POSITIVE_INFINITY]) {
            const earlier = kept.filter((item) => item.time < time);
            expect(ring.before(time, count)).toEqual(count === 0 ? [] : earlier.slice(-count));
          }
        }
      }
    }
  });
});
