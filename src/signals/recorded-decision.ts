import type { Ballot, Rules } from '../consensus/ballot.js';
import { decide } from '../consensus/decide.js';
import { ACTIONS, type Stance } from '../model/opinion.js';
import { opinionsOf, type SignalBody } from './opinion-record.js';

/**
 * Where the rules of a signal come from: from itself, from its run's inputs, or from what it says of its support, which
 * shows who was counted but not how many domains were needed.
 */
export type RulesSource = 'signal' | 'run_inputs' | 'support';

export interface RecordedDecision {
  readonly ballots: readonly Ballot[];
  readonly names: ReadonlyMap<string, string>;
  readonly rules: Rules;
  readonly source: RulesSource;
}

type Said = Readonly<{ agent_id: string; name: string; signal: Stance; confidence: number; weight: number; fault_domain: string }>;

/**
 * The votes of a stored signal and what decided over them then, never what is configured now.
 *
 * @param opinions of the signal's row, JSON
 * @param kept the rules in the inputs of its run, where they were kept
 * @returns null where nothing tells what was counted
 */
export function recordedDecision(body: SignalBody, opinions: string, kept: Omit<Rules, 'threshold'> | null): RecordedDecision | null {
  const said = opinionsOf(body, opinions) as unknown as readonly Said[];
  const ballots = said.map(({ agent_id: agentId, signal, confidence, weight, fault_domain: faultDomain }): Ballot => ({ agentId, signal, confidence, weight, faultDomain }));
  const names = new Map(said.map(({ agent_id: id, name }) => [id, name]));
  const { threshold, min_confidence: minConfidence, min_domains: minDomains } = body.agents_consensus;
  if (minConfidence !== undefined && minDomains !== undefined) return { ballots, names, rules: { threshold, minConfidence, minDomains }, source: 'signal' };
  if (kept) return { ballots, names, rules: { threshold, minConfidence: kept.minConfidence, minDomains: kept.minDomains }, source: 'run_inputs' };
  const least = leastConfidence(ballots, body);
  return least === null ? null : { ballots, names, rules: { threshold, minConfidence: least, minDomains: 1 }, source: 'support' };
}

/** The lowest that gives the recorded support: with it the same votes are counted as were then. */
function leastConfidence(ballots: readonly Ballot[], { agents_consensus: { threshold, support } }: SignalBody): number | null {
  const candidates = [...new Set([0, ...ballots.map(({ confidence }) => confidence)])].sort((a, b) => a - b);
  return candidates.find((minConfidence) => {
    const verdict = decide(ballots, { threshold, minConfidence, minDomains: 1 });
    return verdict.kind === 'decided' && ACTIONS.every((action) => Math.abs(verdict.support[action] - support[action]) < 1e-9);
  }) ?? null;
}
