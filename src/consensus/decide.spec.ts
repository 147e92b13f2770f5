import { describe, expect, it } from '@jest/globals';
import type { Stance } from '../model/opinion.js';
import type { Decided, Verdict } from '../model/verdict.js';
import type { Ballot, Rules } from './ballot.js';
import { decide } from './decide.js';

const RULES: Rules = { threshold: 0.7, minConfidence: 0.6, minDomains: 3 };

const ballot = (agentId: string, signal: Stance, confidence = 0.9, weight = 1, faultDomain = `rules:${agentId}`): Ballot =>
  ({ agentId, signal, confidence, weight, faultDomain });

/** One rule analyst each, weight 1, named a, b, c, … */
const panel = (...votes: readonly (readonly [Stance, number?, number?])[]): Ballot[] =>
  votes.map(([signal, confidence, weight], at) => ballot(String.fromCharCode(97 + at), signal, confidence, weight));

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

function decided(verdict: Verdict): Decided {
  if (verdict.kind !== 'decided') throw new Error(`expected a decision, got ${JSON.stringify(verdict)}`);
  return verdict;
}

const verdictOf = (ballots: readonly Ballot[], rules: Partial<Rules> = {}): Decided => decided(decide(ballots, { ...RULES, ...rules }));

describe('three domains', () => {
  it('hold where one of them disagrees, however light it is', () => {
    const verdict = verdictOf(panel(['BUY', 0.9, 5], ['BUY', 0.8, 5], ['SELL', 0.9, 0.1]));
    expect(verdict).toMatchObject({ action: 'HOLD', strength: 'NONE', confidence: 0, agreement: 0, faultDomains: 3, toleratedFaults: 0 });
    expect(verdict.support.BUY).toBeCloseTo(2 / 3, 12);
    expect(verdict.support.SELL).toBeCloseTo(1 / 3, 12);
  });

  it('buy where all agree; the confidence is their plain mean, as no fault is tolerated', () => {
    const verdict = verdictOf(panel(['BUY', 0.9, 5], ['BUY', 0.8], ['BUY', 0.7]));
    expect(verdict).toMatchObject({ action: 'BUY', strength: 'UNANIMOUS', agreement: 1, toleratedFaults: 0 });
    expect(verdict.confidence).toBeCloseTo(0.8, 12);
  });
});

describe('one heavy domain', () => {
  // 10 against seven of 1: cut to 3 of 10
  const heavy = panel(['SELL', 0.9, 10], ['BUY', 0.9], ['BUY', 0.8], ['BUY', 0.8], ['BUY', 0.7], ['BUY', 0.7], ['BUY', 0.65], ['BUY', 0.6]);

  it('is cut to three tenths, and what is cut goes to nobody', () => {
    const { shares } = verdictOf(heavy);
    expect(shares.get('a')).toBeCloseTo(0.3, 12);
    for (const id of 'bcdefgh') expect(shares.get(id)).toBeCloseTo(0.1, 12);
  });

  it('is outvoted by a support of exactly q, and the confidence drops the f highest and the f lowest', () => {
    const verdict = verdictOf(heavy);
    expect(verdict).toMatchObject({ action: 'BUY', strength: 'MODERATE', toleratedFaults: 1, faultDomains: 8 });
    expect(verdict.agreement).toBeCloseTo(0.7, 12);
    expect(verdict.confidence).toBeCloseTo(0.7 * ((0.8 + 0.8 + 0.7 + 0.7 + 0.65) / 5), 12);
  });

  it('of two models is cut as one: the cut scales both opinions alike, and it has one value', () => {
    const models = [ballot('m1', 'BUY', 0.9, 6, 'model:x'), ballot('m2', 'BUY', 0.6, 4, 'model:x')];
    const verdict = verdictOf([...models, ...panel(...times(7, ['BUY', 0.7] as const))]);
    expect(verdict.shares.get('m1')).toBeCloseTo(0.18, 12);
    expect(verdict.shares.get('m2')).toBeCloseTo(0.12, 12);
    expect(verdict).toMatchObject({ faultDomains: 8, toleratedFaults: 1, strength: 'UNANIMOUS' });
    expect(verdict.confidence).toBeCloseTo(0.7, 12); // 0.78, the models' mean, is the highest and dropped
  });

  it('never decides alone', () => {
    const verdict = verdictOf(panel(['BUY', 1, 1e9], ['HOLD'], ['HOLD'], ['HOLD'], ['HOLD']));
    expect(verdict).toMatchObject({ action: 'HOLD', strength: 'MODERATE' });
  });
});

describe('ten equal domains', () => {
  const split = (action: Stance, count: number) => panel(...times(count, [action, 0.8] as const), ...times(10 - count, ['SELL', 0.8] as const));

  it.each([
    ['HOLD', 6, 'HOLD', 'NONE'], ['HOLD', 7, 'HOLD', 'MODERATE'], ['HOLD', 8, 'HOLD', 'MODERATE'], ['HOLD', 9, 'HOLD', 'STRONG'], ['HOLD', 10, 'HOLD', 'UNANIMOUS'],
    ['BUY', 6, 'HOLD', 'NONE'], ['BUY', 7, 'BUY', 'MODERATE'], ['BUY', 9, 'BUY', 'STRONG'], ['BUY', 10, 'BUY', 'UNANIMOUS'],
  ] as const)('%s by %i of them: %s, %s', (stance, count, action, strength) => {
    const verdict = verdictOf(split(stance, count));
    expect(verdict).toMatchObject({ action, strength, toleratedFaults: 3 });
    expect(verdict.confidence).toBeCloseTo(strength === 'NONE' ? 0 : (0.8 * count) / 10, 12);
  });

  it('reach NONE below q even where that is above 0.85, and STRONG from it', () => {
    expect(verdictOf(split('HOLD', 9), { threshold: 0.95 })).toMatchObject({ action: 'HOLD', strength: 'NONE', confidence: 0, toleratedFaults: 0 });
    expect(verdictOf(split('BUY', 9), { threshold: 0.9 })).toMatchObject({ action: 'BUY', strength: 'STRONG', toleratedFaults: 1 });
  });

  it('need every one of them at q = 1', () => {
    expect(verdictOf(split('BUY', 9), { threshold: 1 })).toMatchObject({ action: 'HOLD', toleratedFaults: 0 });
    expect(verdictOf(split('BUY', 10), { threshold: 1 })).toMatchObject({ action: 'BUY', strength: 'UNANIMOUS' });
  });
});

describe('doubt', () => {
  it('counts in W and supports nothing: one below the least confidence takes the quorum away', () => {
    expect(verdictOf(panel(['BUY'], ['BUY'], ['BUY'], ['BUY', 0.59]))).toMatchObject({ action: 'BUY', agreement: 0.75 });
    const verdict = verdictOf(panel(['BUY'], ['BUY'], ['BUY', 0.59]));
    expect(verdict.action).toBe('HOLD');
    expect(verdict.support.BUY).toBeCloseTo(2 / 3, 12);
    expect(verdict.shares.size).toBe(3);
  });

  it('does not begin at exactly the least confidence', () => {
    expect(verdictOf(panel(['SELL', 0.6], ['SELL', 0.6], ['SELL', 0.1 + 0.5 - 1e-12]))).toMatchObject({ action: 'SELL', strength: 'UNANIMOUS' });
  });

  it('of all leaves HOLD without any support', () => {
    expect(verdictOf(panel(['BUY', 0.1], ['SELL', 0.2], ['HOLD', 0.3]))).toMatchObject({ action: 'HOLD', agreement: 0, confidence: 0, strength: 'NONE' });
  });
});

describe('who is outside the tally', () => {
  it('abstentions and weight 0 count nowhere', () => {
    const inside = panel(['BUY', 0.9], ['BUY', 0.8], ['BUY', 0.7]);
    const outside = [ballot('x', 'ABSTAIN', 0), ballot('y', 'SELL', 1, 0)];
    expect(decide([...outside, ...inside], RULES)).toEqual(decide(inside, RULES));
    expect(decide([...outside, ...inside.slice(1)], RULES)).toEqual({ kind: 'too-few', faultDomains: 2, needed: 3 });
  });

  it('three voters of one domain are too few', () => {
    const family = ['a', 'b', 'c'].map((id) => ballot(id, 'BUY', 0.9, 1, 'model:x'));
    expect(decide(family, RULES)).toEqual({ kind: 'too-few', faultDomains: 1, needed: 3 });
    expect(decide([], { ...RULES, minDomains: 1 })).toEqual({ kind: 'too-few', faultDomains: 0, needed: 1 });
  });
});

describe('an agent that speaks twice', () => {
  const others = panel(['BUY'], ['BUY'], ['BUY']);

  it('counts once where it says the same', () => {
    expect(decide([...others, ...others], RULES)).toEqual(decide(others, RULES));
  });

  it('stands with its least confident ballot, in whatever order they come', () => {
    const [weak, strong] = [ballot('a', 'SELL', 0.61), ballot('a', 'BUY', 0.9)];
    const expected = decide([weak, ...others.slice(1)], RULES);
    expect(decide([weak, ...others.slice(1), strong], RULES)).toEqual(expected);
    expect(decide([strong, ...others.slice(1), weak], RULES)).toEqual(expected);
  });
});

describe('what is out of range', () => {
  it.each([
    ['confidence', Number.NaN], ['confidence', -0.01], ['confidence', 1.01], ['confidence', Infinity],
    ['weight', Number.NaN], ['weight', -1], ['weight', Infinity], ['weight', 1e-10], ['weight', 1e10], ['signal', 'buy'],
  ])('a ballot with %s %p is named', (field, value) => {
    const bad = { ...ballot('trend', 'BUY'), [field]: value } as Ballot;
    expect(() => decide([bad, ...panel(['BUY'], ['BUY'], ['BUY'])], RULES)).toThrow(new RegExp(`^ballot of trend: ${field} `));
    expect(() => decide([bad], RULES)).toThrow(RangeError);
  });

  it.each([
    [{ threshold: 2 / 3 }], [{ threshold: 2 / 3 + 1e-9 }], [{ threshold: 1.01 }], [{ threshold: Number.NaN }],
    [{ minConfidence: -1 }], [{ minConfidence: 1.1 }], [{ minDomains: 0 }], [{ minDomains: 2.5 }],
  ])('so is the rule %p', (rules) => {
    expect(() => decide(panel(['BUY'], ['BUY'], ['BUY']), { ...RULES, ...rules })).toThrow(RangeError);
  });
});
