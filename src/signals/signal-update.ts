import type { Vote } from '../model/opinion.js';
import type { Signal } from './signal.js';

const MOST_SENTENCES = 5;
const iso = (time: number): string => new Date(time).toISOString();

/** `signal_update`'s data (WIRE.md). */
export function signalUpdate(signal: Signal): Record<string, unknown> {
  const { view, verdict, votes } = signal;
  const abstained = votes.filter((vote) => vote.signal === 'ABSTAIN');
  return {
    symbol: view.instrument.symbol,
    signal_id: signal.signalId,
    run_id: signal.runId,
    action: verdict.action,
    confidence: verdict.confidence,
    price: view.price,
    agents_consensus: {
      total_agents: votes.length,
      completed_agents: votes.length - abstained.filter(({ reason }) => reason === 'TIMEOUT' || reason === 'FAILED').length,
      abstained_agents: abstained.length,
      consensus_strength: verdict.strength,
      agreement: verdict.agreement,
      threshold: verdict.threshold,
      min_confidence: signal.rules.minConfidence,
      min_domains: signal.rules.minDomains,
      fault_domains: verdict.faultDomains,
      tolerated_faults: verdict.toleratedFaults,
      effective_voters: signal.effectiveVoters,
      support: verdict.support,
      agent_details: Object.fromEntries(votes.map((vote) => [vote.agentId, detail(vote, verdict.shares.get(vote.agentId) ?? 0)])),
    },
    probability: null, // no signal is scored yet, and none is invented
    valid_until: iso(signal.validUntil),
    horizon_bars: signal.horizonBars,
    interval: view.interval,
    depth: signal.depth,
    trigger: signal.trigger,
    source: view.source,
    timestamp: iso(view.asOf),
    metadata: {
      reasoning: reasons(votes, (vote) => vote.signal === verdict.action),
      dissent: reasons(votes, (vote) => vote.signal !== verdict.action && vote.signal !== 'ABSTAIN'),
      target_price: signal.targetPrice ?? null,
      stop_loss: signal.stopLoss ?? null,
      similar: view.similar.map(({ signalId, symbol, asOf, action, distance, outcomeReturn, outcome }) => ({
        signal_id: signalId, symbol, timestamp: iso(asOf), action, distance, outcome_return: outcomeReturn, outcome,
      })),
    },
  };
}

const detail = (vote: Vote, share: number): Record<string, unknown> => ({
  name: vote.name,
  signal: vote.signal,
  confidence: vote.confidence,
  weight: Math.round(share * 1e6) / 1e6,
  fault_domain: vote.faultDomain,
  ...(vote.reason ? { reason: vote.reason } : {}),
  ...(vote.step && { step: vote.step }),
  ...(vote.cites && { cites: vote.cites }),
  reasoning: vote.reasoning,
});

/** The first sentence of each, the most confident first. */
const reasons = (votes: readonly Vote[], include: (vote: Vote) => boolean): string[] =>
  votes.filter(include).sort((a, b) => b.confidence - a.confidence).slice(0, MOST_SENTENCES)
    .map((vote) => `${vote.name} ${vote.signal} ${vote.confidence.toFixed(2)}: ${vote.reasoning[0] ?? ''}`);
