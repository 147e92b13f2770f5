import { describe, expect, it } from '@jest/globals';
import { PriceMove } from './price-move.js';

const RULES = { threshold: 0.01, cooldownMs: 1000 };

/** Settles each trigger at once. */
const seeAll = (move: PriceMove, prices: readonly number[], from = 0, step = 10_000): number[] =>
  prices.filter((price, index) => {
    const fired = move.see(price, from + index * step) !== null;
    move.settled();
    return fired;
  });

describe('a price move', () => {
  it('triggers at the threshold against the first price or the last analysis, up and down', () => {
    const move = new PriceMove(RULES);
    expect(move.see(100, 0)).toBeNull();
    expect(move.see(100.99, 5000)).toBeNull();
    expect(move.see(101, 6000)).toBeCloseTo(1, 9);
    const down = new PriceMove(RULES);
    down.analysed(200, 0);
    expect(down.see(198.01, 5000)).toBeNull();
    expect(down.see(198, 6000)).toBeCloseTo(-1, 9);
  });

  it('triggers once for one move, wherever the price idles afterwards', () => {
    expect(seeAll(new PriceMove(RULES), [100, 101, 101.2, 100.9, 101.5, 101, 100.2, 101.3])).toEqual([101]);
  });

  it('triggers again after another full threshold, on or back', () => {
    expect(seeAll(new PriceMove(RULES), [100, 101, 101.9, 102.01, 102.5, 103.1])).toEqual([101, 102.01, 103.1]);
    expect(seeAll(new PriceMove(RULES), [100, 101, 100, 99.98, 99.5])).toEqual([101, 99.98]);
  });

  it('triggers nothing while the analysis is under way', () => {
    const move = new PriceMove(RULES);
    move.see(100, 0);
    expect(move.see(101, 1000)).not.toBeNull();
    expect(move.see(105, 10_000)).toBeNull();
    move.settled();
    expect(move.see(105, 11_000)).not.toBeNull();
  });

  it('does not take the news of an earlier moment for its reference', () => {
    const move = new PriceMove(RULES);
    move.see(100, 0);
    expect(move.see(101, 2000)).not.toBeNull();
    move.analysed(100, 1000); // a run that was under way before
    move.settled();
    expect(move.see(100.4, 9000)).toBeNull();
    expect(move.see(101, 9500)).toBeNull();
  });

  it('is not the same move again where its analysis looked at another price', () => {
    const move = new PriceMove(RULES);
    move.see(100, 0);
    expect(move.see(101, 2000)).not.toBeNull();
    move.analysed(100, 2500);
    move.settled();
    expect(move.see(101.2, 9000)).toBeNull();
    expect(move.see(102.01, 10_000)).not.toBeNull(); // another full move from 101
    move.analysed(100, 10_500);
    move.settled();
    expect(move.see(102.2, 20_000)).toBeNull();
    expect(move.see(100.6, 21_000)).not.toBeNull(); // a full move back from 102.01
    move.analysed(100, 21_000);
    move.settled();
    expect(move.see(101, 30_000)).toBeNull();
    expect(move.see(100.4, 31_000)).toBeNull(); // within half of the reference: armed again
    expect(move.see(101, 32_000)).not.toBeNull();
  });

  it('waits for the cooldown, and then triggers only if it is still there', () => {
    const move = new PriceMove(RULES);
    move.see(100, 0);
    expect(move.see(101, 5000)).not.toBeNull();
    move.settled();
    expect(move.see(103, 5500)).toBeNull();
    expect(move.see(101.2, 6100)).toBeNull();
    expect(move.see(103, 6200)).not.toBeNull();
    move.settled();
    expect(move.see(105, 6300)).toBeNull();
    expect(move.see(105, 7200)).not.toBeNull();
  });
});
