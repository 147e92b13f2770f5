import { describe, expect, it } from '@jest/globals';
import { decide } from '../consensus/decide.js';
import type { Action } from '../model/opinion.js';
import type { SignalBody } from './opinion-record.js';
import { recordedDecision } from './recorded-decision.js';

const VOTES = [['a', 'BUY', 0.9], ['b', 'BUY', 0.7], ['c', 'BUY', 0.55], ['d', 'SELL', 0.2]] as const;
const OPINIONS = JSON.stringify(VOTES.map(([id]) => ({ agent_id: id, latency_ms: 1, weight: 1 })));
const ballots = VOTES.map(([agentId, signal, confidence]) => ({ agentId, signal, confidence, weight: 1, faultDomain: agentId }));

/** A signal as it was stored under these rules. */
function stored(minConfidence: number, more: Partial<SignalBody['agents_consensus']> = {}): SignalBody {
  const verdict = decide(ballots, { threshold: 0.7, minConfidence, minDomains: 3 });
  if (verdict.kind !== 'decided') throw new Error('too few');
  return {
    signal_id: 's', run_id: 'r', symbol: 'AAPL', action: verdict.action, confidence: verdict.confidence,
    agents_consensus: {
      threshold: 0.7, agreement: verdict.agreement, support: verdict.support, ...more,
      agent_details: Object.fromEntries(VOTES.map(([id, signal, confidence]) => [id, { name: id.toUpperCase(), signal, confidence, weight: 0.25, fault_domain: id }])),
    },
  };
}

describe('what decided over a stored signal', () => {
  it('is what the signal says itself', () => {
    const recorded = recordedDecision(stored(0.6, { min_confidence: 0.6, min_domains: 3 }), OPINIONS, { minConfidence: 0.1, minDomains: 9 });
    expect(recorded).toMatchObject({ rules: { threshold: 0.7, minConfidence: 0.6, minDomains: 3 }, source: 'signal', ballots });
    expect(recorded?.names.get('a')).toBe('A');
  });

  it('is what its run kept, where the signal is of an earlier version', () => {
    expect(recordedDecision(stored(0.6), OPINIONS, { minConfidence: 0.6, minDomains: 3 })).toMatchObject({ rules: { minConfidence: 0.6, minDomains: 3 }, source: 'run_inputs' });
  });

  it.each([0, 0.5, 0.6, 0.8])('counts the same votes where only the support was recorded, of a least confidence of %f', (minConfidence) => {
    const body = stored(minConfidence);
    const recorded = recordedDecision(body, OPINIONS, null);
    if (!recorded) throw new Error('nothing');
    expect(recorded.source).toBe('support');
    const again = decide(recorded.ballots, recorded.rules);
    expect(again).toMatchObject({ action: body.action, confidence: body.confidence, support: body.agents_consensus.support });
  });

  it('is nothing where no least confidence gives the recorded support', () => {
    const support: Record<Action, number> = { BUY: 0.1, SELL: 0.2, HOLD: 0.3 };
    expect(recordedDecision(stored(0.6, { support }), OPINIONS, null)).toBeNull();
  });
});
