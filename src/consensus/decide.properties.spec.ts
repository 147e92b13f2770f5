import { afterAll, describe, expect, it } from '@jest/globals';
import fc from '../../test/support/seeded.js';
import { isDeepStrictEqual } from 'node:util';
import type { Action, Stance } from '../model/opinion.js';
import type { Decided, Verdict } from '../model/verdict.js';
import type { Ballot, Rules } from './ballot.js';
import { capOf } from './cap.js';
import { decide } from './decide.js';

// Seven properties over 16,000 panels each, 3 to 15 domains; FC_SEED draws others.
const RUNS = 16_000;

const EPS = 1e-9;
const STANCES: readonly Stance[] = ['BUY', 'SELL', 'HOLD', 'ABSTAIN'];
let panels = 0;

interface Panel {
  readonly ballots: readonly Ballot[];
  readonly rules: Rules;
  /** 128 random numbers 0 to 2^32 − 1, to pick and shuffle with. */
  readonly dice: Uint32Array;
}

/** `expect` in the inner loop would cost more than the consensus itself. */
function must(holds: boolean, what: string, ...seen: unknown[]): void {
  if (!holds) throw new Error(`${what}: ${seen.map((value) => JSON.stringify(value)).join(', ')}`);
}

/** xorshift32 (Marsaglia 2003): one number of fast-check's makes a panel's dice, so that its seed repeats all. */
function diceOf(start: number): Uint32Array {
  let state = start;
  return new Uint32Array(128).map(() => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  });
}

const pick = (die: number, from: number): number => (die >>> 7) % from;
const near = (a: number, b: number): boolean => Math.abs(a - b) < EPS;
const unit = (die: number): number => die / 2 ** 32;

/** Equal weights, small whole ones, or some over many orders of magnitude: panels differ in kind. */
const weightOf = (kind: number, die: number): number =>
  kind === 0 ? 1 : kind === 1 ? 1 + pick(die, 20) : kind === 2 ? 10 ** (unit(die) * 8 - 4) : pick(die, 3) === 0 ? 50 + pick(die, 50) : 1;

/** Most ballots follow the panel's leaning, so that BUY and SELL are common; one agent in five shares a domain. */
const panelArb: fc.Arbitrary<Panel> = fc
  .tuple(
    fc.integer({ min: 3, max: 15 }),
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 0, max: 2 }),
    fc.integer({ min: 50, max: 100 }),
    fc.oneof(fc.constantFrom(667, 700), fc.integer({ min: 667, max: 1000 })),
    fc.constantFrom(0, 0.5, 0.6, 0.9),
    fc.integer({ min: 1, max: 0xffffffff }),
  )
  .map(([n, kind, lean, leaning, q, minConfidence, roll]) => {
    const dice = diceOf(roll);
    const agents = n + pick(dice[127]!, 4);
    const ballots = Array.from({ length: agents }, (_, at): Ballot => {
      const [a, b, c, d] = [dice[at * 4]!, dice[at * 4 + 1]!, dice[at * 4 + 2]!, dice[at * 4 + 3]!];
      return {
        agentId: `agent${(at * 7) % agents}-${at}`,
        signal: pick(a, 100) < leaning ? STANCES[lean]! : STANCES[pick(a >>> 8, 3)]!,
        confidence: pick(b, 10) === 0 ? unit(b >>> 3) : Math.min(1, minConfidence + unit(b) * (1 - minConfidence)),
        weight: weightOf(kind, c),
        faultDomain: `domain${at < n ? at : pick(d, n)}`,
      };
    });
    return { ballots, rules: { threshold: q / 1000, minConfidence, minDomains: 3 }, dice };
  });

const check = (property: (panel: Panel) => void): void =>
  fc.assert(
    fc.property(panelArb, (panel) => {
      panels++;
      property(panel);
    }),
    { numRuns: RUNS },
  );

function decided(verdict: Verdict): Decided {
  if (verdict.kind !== 'decided') throw new Error(`too few: ${verdict.faultDomains}`);
  return verdict;
}

const domainsOf = (ballots: readonly Ballot[]): string[] => [...new Set(ballots.map(({ faultDomain }) => faultDomain))];

const shuffled = <T>(items: readonly T[], dice: Uint32Array): T[] =>
  items.map((item, at) => ({ item, key: dice[(at * 5 + 3) % dice.length]! })).sort((a, b) => a.key - b.key).map(({ item }) => item);

/** f domains: the heaviest half of the time, else any. */
function someDomains(ballots: readonly Ballot[], verdict: Decided, dice: Uint32Array): Set<string> {
  const share = sharesOf(ballots, verdict, () => true);
  const ids = domainsOf(ballots);
  const ordered = pick(dice[0]!, 2) === 0 ? ids.sort((a, b) => share.get(b)! - share.get(a)!) : shuffled(ids, dice);
  return new Set(ordered.slice(0, verdict.toleratedFaults));
}

/** Share of W of each domain's ballots that match. */
function sharesOf(ballots: readonly Ballot[], verdict: Decided, match: (ballot: Ballot) => boolean): Map<string, number> {
  const shares = new Map<string, number>();
  for (const ballot of ballots) {
    if (!verdict.shares.has(ballot.agentId)) continue;
    shares.set(ballot.faultDomain, (shares.get(ballot.faultDomain) ?? 0) + (match(ballot) ? verdict.shares.get(ballot.agentId)! : 0));
  }
  return shares;
}

const supporting = (action: Action, { minConfidence }: Rules) => (ballot: Ballot): boolean =>
  ballot.signal === action && ballot.confidence >= minConfidence - EPS;

describe('the consensus, for every panel', () => {
  it('keeps the action on which all honest domains agree, whatever any f others say or leave unsaid', () => {
    let faulty = 0;
    check(({ ballots, rules, dice }) => {
      const action = STANCES[pick(dice[1]!, 3)] as Action;
      const agreeing = ballots.map((ballot): Ballot => ({ ...ballot, signal: action, confidence: Math.max(ballot.confidence, rules.minConfidence) }));
      const bad = someDomains(agreeing, decided(decide(agreeing, rules)), dice);
      faulty += bad.size;
      const attacked = agreeing.flatMap((ballot, at): Ballot[] => {
        if (!bad.has(ballot.faultDomain)) return [ballot];
        const [a, b] = [dice[at * 2]!, dice[at * 2 + 1]!];
        const lie: Ballot = { ...ballot, signal: STANCES[pick(a, 4)]!, confidence: unit(b) };
        return pick(b, 3) === 0 ? [lie, { ...lie, signal: STANCES[pick(b, 4)]!, confidence: unit(a) }] : [lie];
      });
      const verdict = decided(decide(shuffled(attacked, dice), rules));
      must(verdict.action === action && verdict.strength !== 'NONE', 'the action stays', action, verdict);
    });
    expect(faulty).toBeGreaterThan(RUNS / 2);
  });

  it('has more than half of the honest weight behind each BUY and SELL, whichever f domains are faulty', () => {
    let trades = 0;
    check(({ ballots, rules }) => {
      const verdict = decided(decide(ballots, rules));
      if (verdict.action === 'HOLD') return;
      trades++;
      const all = sharesOf(ballots, verdict, () => true);
      const behind = sharesOf(ballots, verdict, supporting(verdict.action, rules));
      // honest support − half of the honest weight is least where the f domains with the largest support − dissent are faulty
      const worst = [...all].map(([id, share]) => [id, 2 * behind.get(id)! - share] as const).sort((a, b) => b[1] - a[1]).slice(0, verdict.toleratedFaults);
      const honest = [...all.keys()].filter((id) => !worst.some(([bad]) => bad === id));
      const sum = (shares: Map<string, number>) => honest.reduce((total, id) => total + shares.get(id)!, 0);
      must(sum(behind) > sum(all) / 2, 'honest support', sum(behind), sum(all), verdict);
      const supporters = [...behind.values()].filter((share) => share > 0).length;
      must(supporters >= 2 && supporters > 2 * verdict.toleratedFaults, 'supporters', supporters, verdict);
    });
    expect(trades).toBeGreaterThan(RUNS / 10);
  });

  it('never makes a BUY or SELL of f domains alone, however sure they are', () => {
    check(({ ballots, rules, dice }) => {
      const action = STANCES[pick(dice[2]!, 2)] as Action;
      const bad = someDomains(ballots, decided(decide(ballots, rules)), dice);
      const conspiring = ballots.map((ballot): Ballot =>
        bad.has(ballot.faultDomain) ? { ...ballot, signal: action, confidence: 1 } : ballot.signal === action ? { ...ballot, signal: 'HOLD' } : ballot);
      must(decided(decide(conspiring, rules)).action !== action, 'no action of f domains', [...bad]);
    });
  });

  it('is never surer than the surest honest domain, whichever f domains are faulty', () => {
    let sure = 0;
    check(({ ballots, rules }) => {
      const verdict = decided(decide(ballots, rules));
      if (verdict.strength === 'NONE') return must(verdict.confidence === 0, 'no confidence', verdict);
      sure++;
      const values = domainsOf(ballots).flatMap((id) => {
        const own = ballots.filter((ballot) => ballot.faultDomain === id && supporting(verdict.action, rules)(ballot));
        const weight = own.reduce((sum, ballot) => sum + ballot.weight, 0);
        return own.length === 0 ? [] : [own.reduce((sum, ballot) => sum + ballot.weight * ballot.confidence, 0) / weight];
      });
      // the f surest are the worst case; that some honest domain is left is part of the property
      const surestHonest = values.sort((a, b) => b - a)[verdict.toleratedFaults];
      must(surestHonest !== undefined && verdict.confidence <= surestHonest + EPS, 'confidence', surestHonest, verdict);
    });
    expect(sure).toBeGreaterThan(RUNS / 10);
  });

  it('depends neither on the order of arrival, nor on repeats, nor on ballots after the first, nor on who abstains', () => {
    check(({ ballots, rules, dice }) => {
      const expected = decide(ballots, rules);
      const repeats = ballots.filter((_, at) => pick(dice[at]!, 3) === 0);
      const outside = ballots.slice(0, 3).map((ballot, at): Ballot =>
        ({ ...ballot, agentId: `outside${at}`, ...(at % 2 === 0 ? { signal: 'ABSTAIN', confidence: 0 } : { weight: 0 }) }));
      must(isDeepStrictEqual(decide(shuffled([...ballots, ...repeats, ...outside], dice), rules), expected), 'same verdict', expected);

      // an agent that says two things: no order matters, and the outcome is one that a single ballot would have had
      const second: Ballot = { ...ballots[0]!, signal: STANCES[pick(dice[9]!, 4)]!, confidence: unit(dice[10]!) };
      const twice = decide(shuffled([...ballots, second], dice), rules);
      must(isDeepStrictEqual(decide([...ballots, second].reverse(), rules), twice), 'same verdict', twice);
      const alone = [expected, decide([second, ...ballots.slice(1)], rules)];
      must(alone.some((verdict) => isDeepStrictEqual(verdict, twice)), 'the verdict of one of both', twice, alone);
    });
  });

  it('cuts no domain above max(0.3, 1/n), to the only fixed point, and gives what it cuts to nobody', () => {
    let cuts = 0;
    check(({ ballots, rules }) => {
      const verdict = decided(decide(ballots, rules));
      const n = verdict.faultDomains;
      const limit = Math.max(0.3, 1 / n);
      const raw = domainsOf(ballots).map((id) => ballots.reduce((sum, b) => sum + (b.faultDomain === id ? b.weight : 0), 0));
      const shares = [...sharesOf(ballots, verdict, () => true).values()];
      must(Math.max(...shares) <= limit + EPS, 'the bound', shares);
      must(near(shares.reduce((sum, share) => sum + share, 0), 1), 'shares of the whole', shares);
      const after = (total: number) => raw.reduce((sum, weight) => sum + Math.min(weight, limit * total), 0);
      if (n === 3) return must(shares.every((share) => near(share, 1 / 3)), 'thirds', shares);

      const cap = capOf(raw);
      const total = raw.reduce((sum, weight) => sum + Math.min(weight, cap), 0);
      must(near(after(total) / total, 1), 'a fixed point', raw, total);
      for (const other of [1e-6, 0.5, 0.999]) must(after(total * other) > total * other * (1 + EPS), 'none below', raw, total, other);
      for (const other of [1.001, 2, 1e6]) must(after(total * other) < total * other * (1 - EPS), 'none above', raw, total, other);
      must(raw.every((weight, at) => near(shares[at]!, Math.min(weight, limit * total) / total)), 'shares of the fixed point', raw, shares);
      if (cap < Infinity) cuts++;
    });
    expect(cuts).toBeGreaterThan(RUNS / 20);
  });

  it('reads weights as ratios only, and supports that add up to at most 1', () => {
    check(({ ballots, rules, dice }) => {
      const one = decided(decide(ballots, rules));
      const factor = 10 ** (unit(dice[5]!) * 8 - 4);
      const other = decided(decide(ballots.map((ballot) => ({ ...ballot, weight: ballot.weight * factor })), rules));
      const discrete = ({ action, strength, faultDomains, toleratedFaults }: Decided) => ({ action, strength, faultDomains, toleratedFaults });
      must(isDeepStrictEqual(discrete(other), discrete(one)), 'same decision', factor, one, other);
      must(near(other.confidence, one.confidence) && near(other.agreement, one.agreement), 'same figures', factor, one, other);
      const { BUY, SELL, HOLD } = one.support;
      must(BUY + SELL + HOLD <= 1 + EPS, 'supports', one);
      must([BUY, SELL, HOLD, one.confidence].every((value) => value >= 0 && value <= 1), '0 to 1', one);
    });
  });

  afterAll(() => {
    console.log(`consensus properties: ${panels} panels`);
    expect(panels).toBeGreaterThanOrEqual(100_000);
  });
});
