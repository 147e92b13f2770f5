import type { Action } from '../model/opinion.js';
import type { Verdict } from '../model/verdict.js';
import { checkRules, type Ballot, type Rules } from './ballot.js';
import { trimmedMean } from './confidence.js';
import { actionOf, atLeast, strengthOf, toleratedFaults } from './quorum.js';
import { tally, type Tally } from './tally.js';

/**
 * What a panel's ballots come to (DESIGN.md, Consensus, exactly). Depends on the set of ballots, never on their order.
 *
 * For every input: where all honest domains agree with enough confidence, any f others change neither that action
 * nor that there is one; each BUY or SELL has more than half of the honest weight behind it whichever f domains
 * are faulty; f domains alone never make one; confidence is at most the highest value of an honest domain.
 * f belongs to this tally. Who abstains is not in it: where only three domains speak, f is 0 and all three must agree.
 *
 * One ballot an agent, the first: see `tally`. Throws RangeError for a ballot or rule out of its range.
 */
export function decide(ballots: readonly Ballot[], rules: Rules): Verdict {
  checkRules(rules);
  const counted = tally(ballots);
  const faultDomains = counted.domains.length;
  if (faultDomains < rules.minDomains) return { kind: 'too-few', faultDomains, needed: rules.minDomains };

  const { threshold, minConfidence } = rules;
  const support = supportOf(counted, minConfidence);
  const action = actionOf(support, threshold);
  const agreement = support[action];
  const strength = strengthOf(agreement, threshold);
  const faults = toleratedFaults(counted.domains.map(({ share }) => share), threshold);
  const confidence = strength === 'NONE' ? 0 : trimmedMean(domainValues(counted, action, minConfidence), faults) * agreement;
  return {
    kind: 'decided', action, confidence, agreement, strength, threshold, faultDomains, toleratedFaults: faults, support,
    shares: sharesByAgent(counted),
  };
}

/** Share of W behind each action with at least the least confidence: doubt is not consent. */
function supportOf({ ballots, shares }: Tally, minConfidence: number): Record<Action, number> {
  const support = { BUY: 0, SELL: 0, HOLD: 0 };
  ballots.forEach((ballot, at) => {
    if (supports(ballot, ballot.signal, minConfidence)) support[ballot.signal as Action] += shares[at]!;
  });
  for (const action of ['BUY', 'SELL', 'HOLD'] as const) support[action] = Math.min(1, support[action]);
  return support;
}

/** One value for each domain that supports the action: the weighted mean of its supporting opinions. */
function domainValues({ ballots, domains, domainOf }: Tally, action: Action, minConfidence: number): number[] {
  const weights = new Float64Array(domains.length);
  const sums = new Float64Array(domains.length);
  ballots.forEach((ballot, at) => {
    if (!supports(ballot, action, minConfidence)) return;
    weights[domainOf[at]!]! += ballot.weight;
    sums[domainOf[at]!]! += ballot.weight * ballot.confidence;
  });
  const values: number[] = [];
  weights.forEach((weight, at) => weight > 0 && values.push(Math.min(1, sums[at]! / weight)));
  return values;
}

const supports = (ballot: Ballot, action: Ballot['signal'], minConfidence: number): boolean =>
  ballot.signal === action && atLeast(ballot.confidence, minConfidence);

function sharesByAgent({ ballots, shares }: Tally): Map<string, number> {
  const byAgent = new Map<string, number>();
  ballots.forEach(({ agentId }, at) => byAgent.set(agentId, shares[at]!));
  return byAgent;
}
