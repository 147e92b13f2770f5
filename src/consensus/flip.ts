import { ACTIONS, type Action, type Stance } from '../model/opinion.js';
import type { Decided } from '../model/verdict.js';
import type { Ballot, Rules } from './ballot.js';
import { decide } from './decide.js';
import { atLeast } from './quorum.js';

/** An analyst that says something else, with full confidence. */
export interface VoteChange {
  readonly agentId: string;
  readonly from: Stance;
  readonly to: Stance;
}

export interface Flip {
  /** In the order of agent ids; empty where none was found. */
  readonly changes: readonly VoteChange[];
  /** What they make of the action; null: no set was found. */
  readonly action: Action | null;
  /** No set of up to so many changes flips it. */
  readonly noneWithin: number;
  /** True: there is no smaller set. False: sizes between `noneWithin` and this one were too many to try. */
  readonly smallest: boolean;
}

/** Panels that are tried at most: some 40 ms of the event loop's thread. */
const MOST_TRIALS = 10_000;
const STANCES: readonly Stance[] = [...ACTIONS, 'ABSTAIN'];

/**
 * The smallest set of votes that, had they been others, would have made another action.
 *
 * Who is in the tally and changes between BUY, SELL and HOLD leaves all shares of W as they were. So the fewest such
 * changes are those of the largest shares, and need no search. Only sets in which somebody begins or ceases to abstain,
 * and so moves the shares, can be smaller: all sets below that size are tried, the smallest first, at most
 * `mostTrials` panels. Votes of weight 0 change nothing and are left out. The same ballots give the same answer,
 * whatever their order.
 */
export function smallestFlip(ballots: readonly Ballot[], { action, shares }: Decided, rules: Rules, mostTrials = MOST_TRIALS): Flip {
  const voters = ballots.filter(({ weight }) => weight > 0).sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
  const inTally = voters.filter(({ signal }) => signal !== 'ABSTAIN').sort((a, b) => (shares.get(b.agentId) ?? 0) - (shares.get(a.agentId) ?? 0));
  const targets = ACTIONS.filter((each) => each !== action);
  const greedy = targets.flatMap((to) => towards(to, inTally, action, voters, rules) ?? []).sort((a, b) => a.changes.length - b.changes.length).at(0);
  const most = greedy ? greedy.changes.length - 1 : voters.length;
  let trials = 0;
  for (let size = 1; size <= most; size++) {
    trials += setsOf(voters.length, size);
    if (trials > mostTrials) return { changes: greedy?.changes ?? [], action: greedy?.action ?? null, noneWithin: size - 1, smallest: false };
    const found = firstOf(voters, size, action, rules);
    if (found) return { ...found, noneWithin: size - 1, smallest: true };
  }
  return { changes: greedy?.changes ?? [], action: greedy?.action ?? null, noneWithin: most, smallest: greedy !== undefined };
}

interface Found {
  readonly changes: readonly VoteChange[];
  readonly action: Action;
}

/** The largest shares first: against a BUY or SELL its supporters cease, for one the others begin. Null where it takes more than that. */
function towards(to: Action, inTally: readonly Ballot[], now: Action, voters: readonly Ballot[], rules: Rules): Found | null {
  const useful = inTally.filter(({ signal, confidence }) => signal !== to && (to !== 'HOLD' || (signal === now && atLeast(confidence, rules.minConfidence))));
  for (let size = 1; size <= useful.length; size++) {
    const changed = new Map(useful.slice(0, size).map(({ agentId }): [string, Stance] => [agentId, to]));
    if (actionAfter(voters, changed, rules) === to) return { changes: listed(voters, changed), action: to };
  }
  return null;
}

/** The first set of this size that flips the action, by agent ids, then by stance in the order BUY, SELL, HOLD, ABSTAIN. */
function firstOf(voters: readonly Ballot[], size: number, now: Action, rules: Rules): Found | null {
  const changed = new Map<string, Stance>();
  const from = (start: number): Found | null => {
    if (changed.size === size) {
      const action = actionAfter(voters, changed, rules);
      return action === null || action === now ? null : { changes: listed(voters, changed), action };
    }
    for (let at = start; at <= voters.length - (size - changed.size); at++) {
      const { agentId, signal } = voters[at]!;
      for (const stance of STANCES) {
        if (stance === signal) continue;
        changed.set(agentId, stance);
        const found = from(at + 1);
        if (found) return found;
        changed.delete(agentId);
      }
    }
    return null;
  };
  return from(0);
}

/** Null where too few domains are left. */
function actionAfter(voters: readonly Ballot[], changed: ReadonlyMap<string, Stance>, rules: Rules): Action | null {
  const verdict = decide(applied(voters, changed), rules);
  return verdict.kind === 'decided' ? verdict.action : null;
}

/** Who changes is certain of it. */
const applied = (ballots: readonly Ballot[], changed: ReadonlyMap<string, Stance>): readonly Ballot[] =>
  ballots.map((ballot) => {
    const signal = changed.get(ballot.agentId);
    return signal === undefined ? ballot : { ...ballot, signal, confidence: signal === 'ABSTAIN' ? 0 : 1 };
  });

const listed = (voters: readonly Ballot[], changed: ReadonlyMap<string, Stance>): VoteChange[] =>
  voters.flatMap(({ agentId, signal }) => (changed.has(agentId) ? [{ agentId, from: signal, to: changed.get(agentId)! }] : []));

/** Panels with exactly so many changes, each to one of three other stances. */
function setsOf(voters: number, size: number): number {
  let sets = 1;
  for (let at = 0; at < size; at++) sets = (sets * (voters - at) * (STANCES.length - 1)) / (at + 1);
  return sets;
}
