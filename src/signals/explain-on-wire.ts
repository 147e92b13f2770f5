import type { Explanation, Without } from '../consensus/explain.js';
import type { Flip } from '../consensus/flip.js';
import type { Verdict } from '../model/verdict.js';
import type { SignalBody } from './opinion-record.js';
import type { RecordedDecision, RulesSource } from './recorded-decision.js';

const NOTES: Readonly<Record<RulesSource, string>> = {
  signal: 'As recorded in the signal',
  run_inputs: 'As recorded in the inputs of its run',
  support: 'The signal is of an earlier version and its rules were not kept: min_confidence is the lowest that gives the recorded support, how many domains were needed is not known and taken as 1',
};

/** The body of `GET /api/signals/:id/explain`. */
export function explainOnWire(body: SignalBody, recorded: RecordedDecision, explanation: Explanation): Record<string, unknown> {
  const { verdict, margin, lacking, contributions, withoutAnalyst, withoutDomain, flip } = explanation;
  const { ballots, names, rules, source } = recorded;
  const name = (agentId: string): string => names.get(agentId) ?? agentId;
  return {
    signal_id: body.signal_id, run_id: body.run_id, symbol: body.symbol,
    parameters: {
      threshold: rules.threshold, min_confidence: rules.minConfidence, min_domains: source === 'support' ? null : rules.minDomains, source, note: NOTES[source],
    },
    verdict: { ...verdictOnWire(verdict), fault_domains: verdict.faultDomains, tolerated_faults: verdict.toleratedFaults, support: verdict.support },
    reproduces: verdict.action === body.action && near(verdict.agreement, body.agents_consensus.agreement) && near(verdict.confidence, body.confidence),
    margin, lacking,
    contributions: contributions.map(({ agentId, share, notCounted, supportsAction }, at) => {
      const { signal, confidence, weight, faultDomain } = ballots[at]!;
      return {
        agent_id: agentId, name: name(agentId), fault_domain: faultDomain, signal, confidence, weight, share,
        counted: notCounted === null, not_counted: notCounted, supports_action: supportsAction,
      };
    }),
    without_analyst: withoutAnalyst.map((each) => ({ agent_id: each.without, name: name(each.without), ...rest(each) })),
    without_domain: withoutDomain.map((each) => ({
      fault_domain: each.without, agent_ids: ballots.filter(({ faultDomain }) => faultDomain === each.without).map(({ agentId }) => agentId), ...rest(each),
    })),
    flip: flipOnWire(flip, name),
  };
}

const rest = ({ verdict, changes }: Without<string>): Record<string, unknown> => ({ verdict: verdictOnWire(verdict), changes });

const verdictOnWire = (verdict: Verdict): Record<string, unknown> =>
  verdict.kind === 'too-few'
    ? { kind: 'too_few_domains', fault_domains: verdict.faultDomains, needed: verdict.needed }
    : { kind: 'decided', action: verdict.action, confidence: verdict.confidence, agreement: verdict.agreement, strength: verdict.strength };

const flipOnWire = ({ changes, action, noneWithin, smallest }: Flip, name: (agentId: string) => string): Record<string, unknown> => ({
  found: action !== null,
  action,
  changes: changes.map(({ agentId, from, to }) => ({ agent_id: agentId, name: name(agentId), from, to })),
  none_within: noneWithin,
  smallest,
});

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9;
