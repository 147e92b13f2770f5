import { describe, expect, it } from '@jest/globals';
import type { Stance, Vote } from '../model/opinion.js';
import { LatencyHistogram } from './latency-histogram.js';
import { majorityOf } from './majority.js';
import { SeatCounters } from './seat-statistics.js';

const vote = (agentId: string, signal: Stance, latencyMs = 1): Vote =>
  ({ agentId, name: agentId, signal, confidence: 0.8, reasoning: [], weight: 1, faultDomain: agentId, latencyMs, ...(signal === 'ABSTAIN' && { reason: 'NO_SETUP' }) });

describe('statistics of a seat', () => {
  it('estimate the quantiles of latencies within five percent', () => {
    const histogram = new LatencyHistogram();
    expect(histogram.quantile(0.95)).toBeNull();
    for (let ms = 1000; ms > 0; ms--) histogram.add(ms);
    for (const share of [0.05, 0.5, 0.95, 1]) expect(Math.abs(histogram.quantile(share)! / (1000 * share) - 1)).toBeLessThan(0.05);
  });

  it('bear latencies beyond what they can tell apart', () => {
    const histogram = new LatencyHistogram();
    for (const ms of [0, 1e-9, 1e12]) histogram.add(ms);
    expect(histogram.quantile(0.5)).toBeLessThan(0.0011);
    expect(histogram.quantile(1)).toBeGreaterThan(0.9e6);
  });

  it('know the majority by weight, and none where two are equal', () => {
    const votes = [vote('a', 'BUY'), vote('b', 'SELL'), vote('c', 'SELL'), vote('d', 'ABSTAIN'), vote('trial', 'HOLD')];
    expect(majorityOf(votes, new Map([['a', 0.6], ['b', 0.2], ['c', 0.2]]))).toBe('BUY');
    expect(majorityOf(votes, new Map([['a', 0.5], ['b', 0.25], ['c', 0.25]]))).toBeNull();
    expect(majorityOf([], new Map())).toBeNull();
  });

  it('tell how often it was with the majority and with the signal, where it had an opinion', () => {
    const counters = new SeatCounters('a');
    expect(counters.snapshot()).toMatchObject({ latency: null, majority: { runs: 0, with: 0, share: null }, signals: { runs: 0, with: 0, share: null } });
    counters.compare(vote('a', 'BUY'), 'BUY', 'HOLD');
    counters.compare(vote('a', 'SELL'), 'BUY', 'BUY');
    counters.compare(vote('a', 'BUY'), null, 'BUY');
    counters.compare(vote('a', 'ABSTAIN'), 'BUY', 'BUY');
    expect(counters.snapshot()).toMatchObject({ majority: { runs: 2, with: 1, share: 0.5 }, signals: { runs: 3, with: 1, share: 1 / 3 } });
  });
});
