import { ACTIONS, type Action } from '../model/opinion.js';
import type { Decided, Verdict } from '../model/verdict.js';
import type { Ballot, Rules } from './ballot.js';
import { decide } from './decide.js';
import { smallestFlip, type Flip } from './flip.js';
import { atLeast } from './quorum.js';

/** Why a vote supports nothing. */
type NotCounted = 'abstained' | 'weight_zero' | 'below_min_confidence';

interface Contribution {
  readonly agentId: string;
  /** Of W after cutting, 0 to 1; 0 outside the tally. A vote below the least confidence has its share and supports nothing. */
  readonly share: number;
  readonly notCounted: NotCounted | null;
  readonly supportsAction: boolean;
}

export interface Without<Name> {
  readonly without: Name;
  readonly verdict: Verdict;
  /** True: another action, or none at all. */
  readonly changes: boolean;
}

/** Why a verdict is what it is, and what would have changed it. All of it follows from the ballots and the rules. */
export interface Explanation {
  readonly verdict: Decided;
  /** Support of the action − q; below 0 where no action has q and HOLD stands for that. */
  readonly margin: number;
  /** Of the other actions: q − support, what each lacks. */
  readonly lacking: Readonly<Partial<Record<Action, number>>>;
  readonly contributions: readonly Contribution[];
  /** By analyst, in the order of the ballots. */
  readonly withoutAnalyst: readonly Without<string>[];
  /** By fault domain, in the order in which they first appear. */
  readonly withoutDomain: readonly Without<string>[];
  readonly flip: Flip;
}

/**
 * One ballot an agent. Returns null where the ballots come to no verdict.
 *
 * @throws RangeError for a ballot or rule out of its range
 */
export function explain(ballots: readonly Ballot[], rules: Rules): Explanation | null {
  const verdict = decide(ballots, rules);
  if (verdict.kind === 'too-few') return null;
  const { action, support, threshold } = verdict;
  const domains = [...new Set(ballots.map(({ faultDomain }) => faultDomain))];
  return {
    verdict,
    margin: support[action] - threshold,
    lacking: Object.fromEntries(ACTIONS.filter((each) => each !== action).map((each) => [each, threshold - support[each]])),
    contributions: ballots.map((ballot) => contribution(ballot, verdict, rules)),
    withoutAnalyst: ballots.map(({ agentId }) => without(agentId, ballots.filter((other) => other.agentId !== agentId), verdict, rules)),
    withoutDomain: domains.map((domain) => without(domain, ballots.filter(({ faultDomain }) => faultDomain !== domain), verdict, rules)),
    flip: smallestFlip(ballots, verdict, rules),
  };
}

function contribution(ballot: Ballot, { action, shares }: Decided, rules: Rules): Contribution {
  const notCounted = whyNot(ballot, rules);
  return { agentId: ballot.agentId, share: shares.get(ballot.agentId) ?? 0, notCounted, supportsAction: notCounted === null && ballot.signal === action };
}

function whyNot({ signal, confidence, weight }: Ballot, { minConfidence }: Rules): NotCounted | null {
  if (signal === 'ABSTAIN') return 'abstained';
  if (weight === 0) return 'weight_zero';
  return atLeast(confidence, minConfidence) ? null : 'below_min_confidence';
}

function without(name: string, rest: readonly Ballot[], { action }: Decided, rules: Rules): Without<string> {
  const verdict = decide(rest, rules);
  return { without: name, verdict, changes: verdict.kind === 'too-few' || verdict.action !== action };
}
