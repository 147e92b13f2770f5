import { checkBallot, type Ballot } from './ballot.js';
import { capOf } from './cap.js';

/** Opinions that fail together. */
interface Domain {
  readonly id: string;
  /** Sum of its opinions' weights, before cutting. */
  readonly weight: number;
  /** Share of W after cutting. */
  readonly share: number;
}

/** What is voted on: one ballot an agent, in the order of `agentId`, and the domains in the order of their first agent. */
export interface Tally {
  readonly ballots: readonly Ballot[];
  readonly domains: readonly Domain[];
  /** Share of W of each ballot after cutting, by the ballot's place. */
  readonly shares: readonly number[];
  /** Place of each ballot's domain, by the ballot's place. */
  readonly domainOf: readonly number[];
}

/**
 * Whatever the order of arrival, the same ballots give the same tally. ABSTAIN and weight 0 stay outside.
 *
 * One agent has one ballot. Which of two came first cannot be seen in a set, so the caller passes the first
 * ones only; here equal ballots collapse, and of different ones the least confident stands (then by signal,
 * weight and domain), so that speaking twice gains an agent nothing that one ballot would not have.
 */
export function tally(all: readonly Ballot[]): Tally {
  const ballots = oneEach(all).filter(({ signal, weight }) => signal !== 'ABSTAIN' && weight > 0);
  const places = new Map<string, number>();
  const weights: number[] = [];
  const domainOf: number[] = [];
  for (const { faultDomain, weight } of ballots) {
    let place = places.get(faultDomain);
    if (place === undefined) places.set(faultDomain, (place = weights.push(0) - 1));
    weights[place]! += weight;
    domainOf.push(place);
  }
  const cap = capOf(weights);
  let total = 0;
  for (const weight of weights) total += Math.min(weight, cap);
  const domains: Domain[] = [];
  for (const id of places.keys()) {
    const weight = weights[domains.length]!;
    domains.push({ id, weight, share: Math.min(weight, cap) / total });
  }
  // a cut scales the domain's opinions alike
  const shares = ballots.map(({ weight }, at) => {
    const domain = domains[domainOf[at]!]!;
    return domain.weight === weight ? domain.share : (weight / domain.weight) * domain.share;
  });
  return { ballots, domains, shares, domainOf };
}

function oneEach(all: readonly Ballot[]): Ballot[] {
  for (const ballot of all) checkBallot(ballot);
  return [...all].sort(byAgent).filter((ballot, at, sorted) => at === 0 || sorted[at - 1]!.agentId !== ballot.agentId);
}

/** Code-unit order, so that no locale changes a sum. */
const byAgent = (a: Ballot, b: Ballot): number =>
  order(a.agentId, b.agentId) ||
  a.confidence - b.confidence ||
  order(a.signal, b.signal) ||
  a.weight - b.weight ||
  order(a.faultDomain, b.faultDomain);

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
