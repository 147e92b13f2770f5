import { describe, expect, it } from '@jest/globals';
import fc from '../../test/support/seeded.js';
import { costMs } from '../../test/support/cost.js';
import { NearestIndex, type Indexed } from './nearest.js';

const HORIZON = 60;
const item = (symbol: string, at: number): Indexed => ({ symbol, candleTime: at, asOf: at + 1, resolvedAt: at + 1 + HORIZON });

/** What is meant, word by word. */
function plainly(all: readonly { item: Indexed; vector: readonly number[] }[], query: readonly number[], k: number, asOf: number): Indexed[] {
  const sorted = all.filter(({ item: { resolvedAt } }) => resolvedAt <= asOf)
    .map(({ item: each, vector }) => ({ each, distance: vector.reduce((sum, value, at) => sum + (value - query[at]!) ** 2, 0) }))
    .sort((a, b) => a.distance - b.distance || b.each.asOf - a.each.asOf || (a.each.symbol < b.each.symbol ? -1 : 1));
  const chosen: Indexed[] = [];
  for (const { each } of sorted) {
    const apart = chosen.every((other) => other.candleTime !== each.candleTime
      && (other.symbol !== each.symbol || other.asOf >= each.resolvedAt || each.asOf >= other.resolvedAt));
    if (apart && chosen.length < k) chosen.push(each);
  }
  return chosen;
}

describe('the nearest neighbours', () => {
  it('are those that a plain search finds, also among ties, near repeats and the unresolved', () => {
    const entry = fc.record({ symbol: fc.constantFrom('A', 'B', 'C'), at: fc.integer({ min: 0, max: 400 }), vector: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 7, maxLength: 7 }) });
    fc.assert(fc.property(fc.uniqueArray(entry, { maxLength: 60, selector: ({ symbol, at }) => `${symbol} ${at}` }), entry, fc.integer({ min: 1, max: 6 }), (entries, query, k) => {
      const index = new NearestIndex<Indexed>(7, 1000);
      const all = entries.map(({ symbol, at, vector }) => ({ item: item(symbol, at), vector }));
      for (const each of all) index.add(each.item, each.vector);
      const found = index.nearest(query.vector, k, query.at);
      expect(found.map((each) => each.item)).toEqual(plainly(all, query.vector, k, query.at));
    }), { numRuns: 500 });
  });

  it('are found behind hundreds of near repeats too', () => {
    const index = new NearestIndex<Indexed>(2, 1000);
    const all = Array.from({ length: 900 }, (_, at) => ({ item: item('A', at), vector: [Math.sin(at / 250), at / 900] }));
    for (const each of all) index.add(each.item, each.vector);
    const found = index.nearest([0, 0], 6, 1e9);
    expect(found.map((each) => each.item)).toEqual(plainly(all, [0, 0], 6, 1e9));
    expect(found).toHaveLength(6);
  });

  it('are of the newest only, once all places are taken', () => {
    const index = new NearestIndex<Indexed>(1, 3);
    const replaced = [0, 1, 2, 3, 4].map((at) => index.add(item('A', at * 100), [at])?.candleTime ?? null);
    expect(replaced).toEqual([null, null, null, 0, 100]);
    expect(index.nearest([0], 5, 1e9).map(({ item: { candleTime } }) => candleTime)).toEqual([200, 300, 400]);
  });

  it('among 100,000 take a few milliseconds at most', () => {
    const index = new NearestIndex<Indexed>(17, 100_000);
    let state = 1;
    const normal = (): number => { // of a seed: the sum of four uniform ones
      let sum = 0;
      for (let i = 0; i < 4; i++) sum += (state = (state * 48271) % 0x7fffffff) / 0x7fffffff - 0.5;
      return sum * 1.7;
    };
    const vector = (): number[] => Array.from({ length: 17 }, normal);
    for (let at = 0; at < 100_000; at++) index.add(item(`S${at % 50}`, Math.floor(at / 50)), vector());
    const query = vector();
    expect(index.nearest(query, 5, 1e9)).toHaveLength(5);
    const took = costMs(() => index.nearest(query, 5, 1e9), 40);
    if (process.env['MEASURE']) console.log(`100,000 vectors, 5 neighbours: ${took.toFixed(2)} ms`);
    expect(took).toBeLessThan(10);
  });
});
