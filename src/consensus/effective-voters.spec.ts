import { describe, expect, it } from '@jest/globals';
import type { Action, Stance } from '../model/opinion.js';
import { EffectiveVoters } from './effective-voters.js';

const ACTIONS: readonly Action[] = ['BUY', 'HOLD', 'SELL'];
const CODE = { BUY: 1, HOLD: 0, SELL: -1 } as const;

/** Independent, reproducible: a linear congruential generator for each voter. */
function dice(seed: number): () => Action {
  let state = seed * 2654435761;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ACTIONS[Math.floor((state / 2 ** 32) * 3)]!;
  };
}

const round = (votes: Readonly<Record<string, Stance>>) => Object.entries(votes).map(([agentId, signal]) => ({ agentId, signal }));

describe('effective voters', () => {
  it('are unknown before most pairs have thirty common rounds', () => {
    const panel = new EffectiveVoters();
    const [a, b] = [dice(1), dice(2)];
    for (let at = 0; at < 29; at++) panel.observe(round({ a: a(), b: b(), c: 'ABSTAIN' }));
    expect(panel.value(['a', 'b'])).toBeNull();
    panel.observe(round({ a: a(), b: b(), c: 'ABSTAIN' }));
    expect(panel.value(['a', 'b'])).not.toBeNull();
    expect(panel.value(['a', 'b', 'c'])).toBeNull(); // one pair of three
  });

  it('are one where all vote alike, also where they never change', () => {
    const alike = new EffectiveVoters();
    const steady = new EffectiveVoters();
    const roll = dice(3);
    for (let at = 0; at < 100; at++) {
      const vote = roll();
      alike.observe(round({ a: vote, b: vote, c: vote }));
      steady.observe(round({ a: 'HOLD', b: 'HOLD', c: 'HOLD' }));
    }
    expect(alike.value(['a', 'b', 'c'])).toBeCloseTo(1, 9);
    expect(steady.value(['a', 'b', 'c'])).toBeCloseTo(1, 9);
  });

  it('are n where they vote independently or against each other', () => {
    const independent = new EffectiveVoters();
    const against = new EffectiveVoters();
    const voters = [dice(11), dice(12), dice(13), dice(14)] as const;
    for (let at = 0; at < 4000; at++) {
      const [a, b, c, d] = voters.map((roll) => roll());
      independent.observe(round({ a: a!, b: b!, c: c!, d: d! }));
      against.observe(round({ a: a!, b: a === 'BUY' ? 'SELL' : a === 'SELL' ? 'BUY' : 'HOLD' }));
    }
    expect(independent.value(['a', 'b', 'c', 'd'])).toBeGreaterThan(3.5);
    expect(against.value(['a', 'b'])).toBe(2);
  });

  it('agree with the correlation computed from the votes themselves, abstentions left out pair by pair', () => {
    const panel = new EffectiveVoters();
    const [first, noise, third] = [dice(5), dice(6), dice(7)];
    const both: [number, number][] = [];
    for (let at = 0; at < 60; at++) {
      const a = first();
      const other = noise();
      const b: Stance = at % 7 === 0 ? 'ABSTAIN' : third() === 'HOLD' ? other : a;
      panel.observe(round({ b, a }));
      if (b !== 'ABSTAIN') both.push([CODE[a], CODE[b]]);
    }
    const r = weightedCorrelation(both, 1 - 1 / 1000);
    expect(r).toBeGreaterThan(0.2);
    expect(panel.value(['a', 'b'])).toBeCloseTo(2 / (1 + r), 9);
  });

  it('forget slowly: what was alike and no longer is comes to count as two', () => {
    const panel = new EffectiveVoters();
    const [a, b] = [dice(8), dice(9)];
    for (let at = 0; at < 500; at++) {
      const vote = a();
      panel.observe(round({ a: vote, b: vote }));
    }
    expect(panel.value(['a', 'b'])).toBeCloseTo(1, 6);
    for (let at = 0; at < 6000; at++) panel.observe(round({ a: a(), b: b() }));
    expect(panel.value(['a', 'b'])).toBeGreaterThan(1.85);
  });

  it('are 1 for one agent and unknown for none; an agent counts once', () => {
    const panel = new EffectiveVoters();
    expect(panel.value([])).toBeNull();
    expect(panel.value(['a'])).toBe(1);
    for (let at = 0; at < 40; at++) panel.observe([...round({ a: 'BUY', b: 'BUY' }), { agentId: 'b', signal: 'SELL' }]);
    expect(panel.value(['a', 'b', 'b'])).toBeCloseTo(1, 9);
  });

  it('keep bounded memory: of many agents the one not heard for longest is forgotten, the others are not', () => {
    const panel = new EffectiveVoters();
    const roll = dice(10);
    for (let at = 0; at < 40; at++) {
      const vote = roll();
      panel.observe(round({ old1: vote, old2: vote }));
    }
    for (let stranger = 0; stranger < 62; stranger++) panel.observe(round({ [`s${stranger}`]: 'BUY' }));
    expect(panel.value(['old1', 'old2'])).toBeCloseTo(1, 9);
    panel.observe(round({ old2: 'BUY' }));
    panel.observe(round({ newcomer: 'BUY' }));
    expect(panel.value(['old1', 'old2'])).toBeNull();
    for (let at = 0; at < 29; at++) panel.observe(round({ newcomer: 'BUY', old2: 'BUY' }));
    expect(panel.value(['newcomer', 'old2'])).toBeNull(); // nothing is left of old1 in its place
  });
});

function weightedCorrelation(pairs: readonly (readonly [number, number])[], keep: number): number {
  const weights = pairs.map((_, at) => keep ** (pairs.length - 1 - at));
  const total = weights.reduce((sum, w) => sum + w, 0);
  const mean = (of: (pair: readonly [number, number]) => number) => pairs.reduce((sum, pair, at) => sum + weights[at]! * of(pair), 0) / total;
  const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)];
  const cov = mean(([x, y]) => (x - mx) * (y - my));
  return cov / Math.sqrt(mean(([x]) => (x - mx) ** 2) * mean(([, y]) => (y - my) ** 2));
}
