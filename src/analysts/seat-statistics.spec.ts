import { describe, expect, it } from '@jest/globals';
import type { Stance, Vote } from '../model/opinion.js';
import { LatencyHistogram } from './latency-histogram.js';
import { majorityOf } from './majority.js';
import { clusterStatistics, SeatCounters, statisticsOf } from './seat-statistics.js';

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

  it('of several nodes are as if one had counted all', () => {
    const [here, there, alone] = [new SeatCounters('a'), new SeatCounters('a'), new SeatCounters('a')];
    for (let ms = 1; ms <= 100; ms++) {
      const said = vote('a', ms % 3 === 0 ? 'BUY' : ms % 3 === 1 ? 'HOLD' : 'ABSTAIN', ms);
      for (const counters of [ms % 4 === 0 ? here : there, alone]) {
        counters.count(said);
        counters.compare(said, 'BUY', 'HOLD');
      }
    }
    const sent = JSON.parse(JSON.stringify([[here.counts], [there.counts, new SeatCounters('b').counts]])) as Parameters<typeof clusterStatistics>[0];
    const all = clusterStatistics(sent);
    expect([...all.keys()]).toEqual(['a', 'b']);
    expect(all.get('a')).toEqual(statisticsOf('a', [alone.counts]));
    expect(all.get('a')).toMatchObject({ asked: 100, votes: { BUY: 33, HOLD: 34, SELL: 0 }, abstained: { NO_SETUP: 33 }, latency: { mean: 50.5 }, majority: { runs: 67, with: 33 }, signals: { runs: 67, with: 34 } });
    expect(all.get('b')).toMatchObject({ asked: 0, latency: null });
  });

  it('know the majority by weight, and none where two are equal', () => {
    const votes = [vote('a', 'BUY'), vote('b', 'SELL'), vote('c', 'SELL'), vote('d', 'ABSTAIN'), vote('trial', 'HOLD')];
    expect(majorityOf(votes, new Map([['a', 0.6], ['b', 0.2], ['c', 0.2]]))).toBe('BUY');
    expect(majorityOf(votes, new Map([['a', 0.5], ['b', 0.25], ['c', 0.25]]))).toBeNull();
    expect(majorityOf([], new Map())).toBeNull();
  });

  it('tell how often it was with the majority and with the signal, where it had an opinion', () => {
    const counters = new SeatCounters('a');
    const seen = () => statisticsOf('a', [counters.counts]);
    expect(seen()).toMatchObject({ latency: null, majority: { runs: 0, with: 0, share: null }, signals: { runs: 0, with: 0, share: null } });
    counters.compare(vote('a', 'BUY'), 'BUY', 'HOLD');
    counters.compare(vote('a', 'SELL'), 'BUY', 'BUY');
    counters.compare(vote('a', 'BUY'), null, 'BUY');
    counters.compare(vote('a', 'ABSTAIN'), 'BUY', 'BUY');
    expect(seen()).toMatchObject({ majority: { runs: 2, with: 1, share: 0.5 }, signals: { runs: 3, with: 1, share: 1 / 3 } });
  });
});
