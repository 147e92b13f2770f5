import { describe, expect, it } from '@jest/globals';
import { MemoryExchange } from '../../test/support/memory-channels.js';
import type { Stance, Vote } from '../model/opinion.js';
import { PanelStatistics } from './panel-statistics.js';
import { SeatCounters } from './seat-statistics.js';

const vote = (signal: Stance): Vote => ({ agentId: 'trend', name: 'Trend', signal, confidence: 0.8, reasoning: [], weight: 1, faultDomain: 'rules:trend', latencyMs: 2 });

/** Nodes that know each other. */
async function nodesOf(...votes: readonly (readonly Stance[])[]) {
  const exchange = new MemoryExchange();
  const names = votes.map((_, at) => `node-${at}`);
  const nodes = votes.map((said, at) => {
    const [counters, channels] = [new SeatCounters('trend'), exchange.join()];
    for (const each of said) counters.count(vote(each));
    const statistics = new PanelStatistics({
      panel: { counts: () => [counters.counts] }, node: names[at]!, since: `2026-01-0${9 - at}T00:00:00.000Z`, channels, others: () => names.filter((name) => name !== names[at]), patience: 50,
    });
    return { statistics, channels };
  });
  for (const { statistics } of nodes) await statistics.start();
  return nodes;
}

describe('statistics of the panel', () => {
  it('are of all nodes, whichever is asked, also by several at once', async () => {
    const nodes = await nodesOf(['BUY', 'BUY'], ['SELL'], []);
    for (const { seats, nodes: told, silent } of await Promise.all(nodes.map(({ statistics }) => statistics.report()))) {
      expect(seats.get('trend')).toMatchObject({ asked: 3, votes: { BUY: 2, SELL: 1, HOLD: 0 } });
      expect(told.map(({ node, counted_since: since }) => [node, since]).sort()).toEqual([['node-0', '2026-01-09T00:00:00.000Z'], ['node-1', '2026-01-08T00:00:00.000Z'], ['node-2', '2026-01-07T00:00:00.000Z']]);
      expect(silent).toEqual([]);
    }
  });

  it('name the node that does not answer, and leave it out', async () => {
    const [here, , away] = await nodesOf(['BUY'], ['SELL'], ['HOLD']);
    away!.channels.away = true;
    const { seats, nodes, silent } = await here!.statistics.report();
    expect(seats.get('trend')).toMatchObject({ asked: 2, votes: { BUY: 1, SELL: 1, HOLD: 0 } });
    expect([nodes.map(({ node }) => node), silent]).toEqual([['node-0', 'node-1'], ['node-2']]);
  });

  it('are its own where a node is alone', async () => {
    const alone = new PanelStatistics({ panel: { counts: () => [new SeatCounters('trend').counts] }, node: 'alone', since: '2026-01-01T00:00:00.000Z', channels: null, others: () => [] });
    await alone.start();
    expect(await alone.report()).toMatchObject({ nodes: [{ node: 'alone' }], silent: [] });
  });
});
