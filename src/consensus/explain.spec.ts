import { describe, expect, it } from '@jest/globals';
import fc from '../../test/support/seeded.js';
import type { Stance } from '../model/opinion.js';
import type { Ballot, Rules } from './ballot.js';
import { decide } from './decide.js';
import { explain, type Explanation } from './explain.js';
import { smallestFlip, type VoteChange } from './flip.js';

const RULES: Rules = { threshold: 0.7, minConfidence: 0.6, minDomains: 3 };
const STANCES: readonly Stance[] = ['BUY', 'SELL', 'HOLD', 'ABSTAIN'];

const ballot = (agentId: string, signal: Stance, more: Partial<Ballot> = {}): Ballot =>
  ({ agentId, signal, confidence: signal === 'ABSTAIN' ? 0 : 0.8, weight: 1, faultDomain: agentId, ...more });
const panel = (votes: string): Ballot[] => [...votes].map((letter, at) => ballot(`a${at}`, STANCES['BSHA'.indexOf(letter)]!));

function explained(ballots: readonly Ballot[], rules = RULES): Explanation {
  const explanation = explain(ballots, rules);
  if (!explanation) throw new Error('too few');
  return explanation;
}

const changed = (ballots: readonly Ballot[], changes: readonly VoteChange[]): Ballot[] => ballots.map((each) => {
  const change = changes.find(({ agentId }) => agentId === each.agentId);
  return change ? { ...each, signal: change.to, confidence: change.to === 'ABSTAIN' ? 0 : 1 } : each;
});

describe('explain, on panels computed by hand', () => {
  it('says by how much the action has the quorum and what the others lack', () => {
    const { verdict, margin, lacking } = explained(panel('BBBBS')); // 4/5 for BUY
    expect(verdict.action).toBe('BUY');
    expect(margin).toBeCloseTo(0.1, 12);
    expect(lacking['SELL']).toBeCloseTo(0.5, 12);
    expect(lacking['HOLD']).toBeCloseTo(0.7, 12);
    expect(lacking['BUY']).toBeUndefined();
  });

  it('gives the verdict without each analyst', () => {
    const { withoutAnalyst } = explained(panel('BBBBS')); // without a buyer 3/4 = 0.75, without the seller 4/4
    expect(withoutAnalyst.map(({ without, verdict, changes }) => [without, verdict.kind === 'decided' && [verdict.action, verdict.agreement, verdict.strength], changes])).toEqual([
      ...['a0', 'a1', 'a2', 'a3'].map((id) => [id, ['BUY', 0.75, 'MODERATE'], false]), ['a4', ['BUY', 1, 'UNANIMOUS'], false],
    ]);
  });

  it('says where too few domains are left, also where a whole domain goes', () => {
    const ballots = [ballot('x', 'BUY'), ballot('y', 'BUY'), ballot('z1', 'BUY', { faultDomain: 'z' }), ballot('z2', 'BUY', { faultDomain: 'z' })];
    const { withoutAnalyst, withoutDomain } = explained(ballots);
    expect(withoutAnalyst.map(({ verdict }) => verdict.kind)).toEqual(['too-few', 'too-few', 'decided', 'decided']);
    expect(withoutDomain.map(({ without, verdict }) => [without, verdict.kind])).toEqual([['x', 'too-few'], ['y', 'too-few'], ['z', 'too-few']]);
    expect(withoutDomain.every(({ changes }) => changes)).toBe(true);
  });

  it('says who was counted and why the others were not', () => {
    const ballots = [
      ...panel('BBBB'), ballot('doubt', 'BUY', { confidence: 0.5 }), ballot('mute', 'ABSTAIN'), ballot('trial', 'BUY', { weight: 0 }), ballot('against', 'SELL'),
    ];
    const { contributions } = explained(ballots);
    expect(contributions.map(({ agentId, notCounted, supportsAction, share }) => [agentId, notCounted, supportsAction, Math.round(share * 6)])).toEqual([
      ...['a0', 'a1', 'a2', 'a3'].map((id) => [id, null, false, 1]),
      ['doubt', 'below_min_confidence', false, 1], ['mute', 'abstained', false, 0], ['trial', 'weight_zero', false, 0], ['against', null, false, 1],
    ]); // 4/6 are for BUY, so it is HOLD
  });

  it('cuts the weight of a heavy domain', () => {
    const { contributions } = explained([ballot('heavy', 'BUY', { weight: 100 }), ...panel('BBBB')]);
    expect(contributions[0]?.share).toBeCloseTo(0.3, 12);
    expect(contributions[1]?.share).toBeCloseTo(0.175, 12);
  });

  it('finds the one vote on which it hangs', () => {
    const { verdict, flip } = explained(panel('BBBSS')); // 0.6 for BUY
    expect(verdict.action).toBe('HOLD');
    expect(flip).toEqual({ changes: [{ agentId: 'a3', from: 'SELL', to: 'BUY' }], action: 'BUY', noneWithin: 0, smallest: true });
  });

  it('finds more than one vote where one does not do', () => {
    const { flip } = explained(panel('BBBBBBBBSS').concat(ballot('b', 'BUY'))); // 9/11; two fewer are 7/11 = 0.64
    expect(flip.changes).toHaveLength(2);
    expect(flip).toMatchObject({ action: 'HOLD', noneWithin: 1, smallest: true });
    expect(explained(panel('BBBBBBBBBB')).flip).toMatchObject({ action: 'HOLD', noneWithin: 3, smallest: true }); // 7/10 is enough still
    expect(explained(panel('BBBBBBBBBB')).flip.changes).toHaveLength(4);
  });

  it('takes the largest shares first, so that it needs no search for them', () => {
    const ballots = panel('BBBBBBBB').map((each) => (each.agentId === 'a5' ? { ...each, weight: 3 } : each)); // shares 0.3 and seven of 0.1
    const verdict = decide(ballots, RULES);
    if (verdict.kind !== 'decided') throw new Error('too few');
    expect(smallestFlip(ballots, verdict, RULES, 0).changes).toEqual([{ agentId: 'a0', from: 'BUY', to: 'HOLD' }, { agentId: 'a5', from: 'BUY', to: 'HOLD' }]);
  });

  it('lets those who abstained speak', () => {
    const { flip } = explained(panel('BBSAAA')); // 2/3; with one more of four 3/4
    expect(flip).toMatchObject({ changes: [{ from: 'SELL', to: 'BUY' }], smallest: true });
    const doubting = [ballot('a', 'BUY'), ballot('b', 'BUY'), ballot('c', 'BUY', { confidence: 0.1 }), ballot('d', 'ABSTAIN')];
    expect(explained(doubting).flip).toMatchObject({ changes: [{ agentId: 'd', from: 'ABSTAIN', to: 'BUY' }], action: 'BUY', smallest: true }); // 3/4
  });

  it('prefers one who falls silent to two who speak', () => {
    const ballots = [...panel('BBBBBB'), ballot('b', 'HOLD', { weight: 0.1 }), ballot('c', 'HOLD', { weight: 0.1 }), ballot('doubt', 'BUY', { weight: 2.57, confidence: 0.1 })];
    const { flip } = explained(ballots); // 6/8.77; 6.1/8.77 = 0.696 and 6.2/8.77 = 0.707, but 6/6.2
    expect(flip).toEqual({ changes: [{ agentId: 'doubt', from: 'BUY', to: 'ABSTAIN' }], action: 'BUY', noneWithin: 0, smallest: true });
  });

  it('says within how many changes there is none where the work is bounded', () => {
    const ballots = panel('HHHHHHHHHHHH'); // BUY needs 9 of 12
    const { flip } = explained(ballots);
    expect(flip).toMatchObject({ action: 'BUY', noneWithin: 3, smallest: false }); // 36 + 594 + 5940 panels; of four changes there are 40,095
    expect(flip.changes).toHaveLength(9);
    const low = ['a', 'b', 'c', 'd'].map((id, at) => ballot(id, at < 2 ? 'BUY' : 'SELL', { confidence: 0.1 }));
    const verdict = decide(low, RULES);
    if (verdict.kind !== 'decided') throw new Error('too few');
    expect(smallestFlip(low, verdict, RULES, 11)).toEqual({ changes: [], action: null, noneWithin: 0, smallest: false }); // twelve panels of one change
  });

  it('is null where there is no verdict', () => {
    expect(explain(panel('BBA'), RULES)).toBeNull();
  });
});

const panelArb = fc.tuple(
  fc.array(fc.record({
    signal: fc.constantFrom<Stance>('BUY', 'BUY', 'BUY', 'SELL', 'HOLD', 'ABSTAIN'),
    confidence: fc.constantFrom(0.3, 0.6, 0.8, 1),
    weight: fc.constantFrom(0, 1, 1, 2, 5, 40),
    domain: fc.integer({ min: 0, max: 8 }),
  }), { minLength: 3, maxLength: 8 }),
  fc.constantFrom(0.67, 0.7, 0.85),
).map(([votes, threshold]) => ({
  ballots: votes.map(({ signal, confidence, weight, domain }, at) => ballot(`a${at}`, signal, { confidence: signal === 'ABSTAIN' ? 0 : confidence, weight, faultDomain: `d${domain}` })),
  rules: { ...RULES, threshold },
}));

describe('explain, on any panel', () => {
  it('flips do flip, not with one change fewer, and not with any one vote where it names more', () => {
    let flips = 0;
    fc.assert(fc.property(panelArb, ({ ballots, rules }) => {
      const explanation = explain(ballots, rules);
      if (!explanation) return;
      const { verdict: { action }, flip } = explanation;
      const after = (changes: readonly VoteChange[]): string => {
        const verdict = decide(changed(ballots, changes), rules);
        return verdict.kind === 'decided' ? verdict.action : action;
      };
      if (flip.action === null) return;
      flips++;
      expect(after(flip.changes)).toBe(flip.action);
      expect(flip.action).not.toBe(action);
      if (flip.smallest) for (const dropped of flip.changes) expect(after(flip.changes.filter((change) => change !== dropped))).toBe(action);
      if (flip.smallest && flip.changes.length > 1) {
        for (const { agentId, signal } of ballots) for (const to of STANCES) if (to !== signal) expect(after([{ agentId, from: signal, to }])).toBe(action);
      }
    }), { numRuns: 300 });
    expect(flips).toBeGreaterThan(100);
  });

  it('leaves one out as decide does without it, and says the same in any order', () => {
    fc.assert(fc.property(panelArb, ({ ballots, rules }) => {
      const explanation = explain(ballots, rules);
      if (!explanation) return;
      for (const { without, verdict } of explanation.withoutAnalyst) expect(verdict).toEqual(decide(ballots.filter(({ agentId }) => agentId !== without), rules));
      for (const { without, verdict } of explanation.withoutDomain) expect(verdict).toEqual(decide(ballots.filter(({ faultDomain }) => faultDomain !== without), rules));
      expect(explain([...ballots].reverse(), rules)?.flip).toEqual(explanation.flip);
    }), { numRuns: 300 });
  });
});
