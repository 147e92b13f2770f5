import { describe, expect, it } from '@jest/globals';
import fc from '../../test/support/seeded.js';
import type { Stance } from '../model/opinion.js';
import type { Ballot } from './ballot.js';
import { decide } from './decide.js';
import { isSettled } from './settled.js';

const RULES = { threshold: 0.7, minConfidence: 0.6, minDomains: 3 };
const ballot = (agentId: string, signal: Stance, faultDomain = agentId): Ballot => ({ agentId, signal, confidence: 0.9, weight: 1, faultDomain });
const voter = (id: string, faultDomain = id) => ({ id, weight: 1, faultDomain });

describe('a settled vote', () => {
  it('is a BUY that holds though all outstanding oppose', () => {
    const eight = Array.from({ length: 8 }, (_, at) => ballot(`a${at}`, 'BUY'));
    expect(isSettled(eight, [voter('x'), voter('y')], RULES)).toBe(true);
    expect(isSettled(eight, [voter('x'), voter('y'), voter('z'), voter('u')], RULES)).toBe(false);
  });

  it('is a HOLD that no agreement of the outstanding could turn', () => {
    const split = [ballot('a', 'BUY'), ballot('b', 'SELL'), ballot('c', 'BUY'), ballot('d', 'SELL'), ballot('e', 'HOLD')];
    expect(isSettled(split, [voter('x')], RULES)).toBe(true);
    expect(isSettled([ballot('a', 'BUY'), ballot('b', 'BUY'), ballot('c', 'SELL')], [voter('x'), voter('y')], RULES)).toBe(false);
  });

  it('is none with too few domains, whoever is outstanding', () => {
    expect(isSettled([ballot('a', 'BUY'), ballot('b', 'BUY')], [voter('x')], RULES)).toBe(false);
  });

  it('counts outstanding seats of one domain as one', () => {
    const seven = Array.from({ length: 7 }, (_, at) => ballot(`a${at}`, 'BUY'));
    const five = Array.from({ length: 5 }, (_, at) => voter(`m${at}`, 'model:gpt'));
    expect(isSettled(seven, five, RULES)).toBe(true); // together cut to 0.3
  });

  it('never ends a run whose action unanimous outstanding could have changed', () => {
    const stance = fc.constantFrom<Stance>('BUY', 'SELL', 'HOLD', 'ABSTAIN');
    const weight = fc.constantFrom(0, 0.5, 1, 3);
    fc.assert(fc.property(
      fc.array(fc.record({ signal: stance, weight, domain: fc.nat(6), confidence: fc.constantFrom(0.5, 0.7, 1) }), { minLength: 1, maxLength: 9 }),
      fc.array(fc.record({ weight, domain: fc.nat(8) }), { minLength: 1, maxLength: 5 }), stance,
      (votes, rest, all) => {
        const ballots = votes.map(({ signal, weight: w, domain, confidence }, at) => ({ agentId: `a${at}`, signal, weight: w, confidence: signal === 'ABSTAIN' ? 0 : confidence, faultDomain: `d${domain}` }));
        const outstanding = rest.map(({ weight: w, domain }, at) => ({ id: `o${at}`, weight: w, faultDomain: `d${domain}` }));
        if (!isSettled(ballots, outstanding, RULES)) return;
        const now = decide(ballots, RULES);
        const then = decide([...ballots, ...outstanding.map(({ id, weight: w, faultDomain }) => ({ agentId: id, signal: all, weight: w, faultDomain, confidence: all === 'ABSTAIN' ? 0 : 1 }))], RULES);
        expect(then).toMatchObject({ kind: 'decided', action: (now as { action: string }).action });
      },
    ), { numRuns: 5000 });
  });
});
