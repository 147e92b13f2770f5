import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SignalExplanation } from '../../src/signals/explained.dto.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { until } from '../support/until.js';

interface Listed { readonly signal_id: string; readonly action: string; readonly confidence: number; readonly agents_consensus: { readonly agreement: number; readonly threshold: number; readonly total_agents: number } }

describe('GET /api/signals/:id/explain', () => {
  let server: TestServer;
  let signal: Listed;
  const get = async <T>(path: string): Promise<{ status: number; body: T }> => {
    const response = await fetch(server.url + path);
    return { status: response.status, body: (await response.json()) as T };
  };

  beforeAll(async () => {
    const first = await startServer({ AGENT_MIN_CONFIDENCE: '0.55' });
    await fetch(`${first.url}/api/analyze`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"symbol":"AAPL"}' });
    server = first;
    signal = await until(async () => (await get<{ items: Listed[] }>('/api/signals?symbol=AAPL')).body.items.at(-1));
  });
  afterAll(cleanUp);

  it('explains a signal by what decided when it was made, also after the rules have changed', async () => {
    const before = (await get<SignalExplanation>(`/api/signals/${signal.signal_id}/explain`)).body;
    expect(before).toMatchObject({
      signal_id: signal.signal_id, reproduces: true,
      parameters: { threshold: 0.7, min_confidence: 0.55, min_domains: 3, source: 'signal' },
      verdict: { kind: 'decided', action: signal.action, agreement: signal.agents_consensus.agreement, confidence: signal.confidence },
    });
    expect(before.contributions).toHaveLength(signal.agents_consensus.total_agents);
    expect(before.contributions.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(before.without_analyst.map(({ agent_id: id }) => id)).toEqual(before.contributions.map(({ agent_id: id }) => id));
    expect(before.margin).toBeCloseTo(signal.agents_consensus.agreement - 0.7, 9);
    expect(before.flip.found).toBe(true);

    await server.stop();
    server = await startServer({ DATA_DIR: server.dataDir, AGENT_MIN_CONFIDENCE: '0.95', AGENT_CONSENSUS_THRESHOLD: '0.9' });
    expect((await get(`/api/signals/${signal.signal_id}/explain`)).body).toEqual(before);
  });

  it('answers its flip: the preview of the changed votes comes to the action that it names', async () => {
    const { contributions, flip } = (await get<SignalExplanation>(`/api/signals/${signal.signal_id}/explain`)).body;
    const changes = new Map(flip.changes.map(({ agent_id: id, to }) => [id, to]));
    await server.stop();
    server = await startServer({ DATA_DIR: server.dataDir, AGENT_MIN_CONFIDENCE: '0.55' });
    const opinions = contributions.map(({ agent_id, signal: said, confidence, weight, fault_domain }) => ({
      agent_id, signal: changes.get(agent_id) ?? said, confidence: changes.has(agent_id) ? 1 : confidence, weight, fault_domain,
    }));
    const response = await fetch(`${server.url}/api/consensus/preview`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ opinions }) });
    expect(await response.json()).toMatchObject({ action: flip.action });
  });

  it('is beside the signal, which has its opinions, view, outcome and what its models cost', async () => {
    const { body } = await get<Record<string, unknown>>(`/api/signals/${signal.signal_id}`);
    expect(body).toMatchObject({ status: expect.any(String), opinions: expect.any(Array), view: { symbol: 'AAPL' }, outcome: { status: 'pending' }, metadata: { similar: expect.any(Array) } });
    expect(body['costs']).toEqual({ calls: 0, prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, usd: 0 });
  });

  it('has told the seats how often they were with it', async () => {
    const { body } = await get<{ items: { agent_id: string; kind: string; state: string; connected: boolean; usage: unknown; statistics?: { asked: number; latency: { p95: number } | null; majority: { runs: number }; signals: { runs: number } } }[]; counted_since: string }>('/api/analysts');
    await fetch(`${server.url}/api/analyze`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"symbol":"NVDA"}' });
    const seats = await until(async () => {
      const { items } = (await get<typeof body>('/api/analysts')).body;
      return items.some(({ statistics }) => (statistics?.signals.runs ?? 0) > 0) ? items : null;
    });
    const rules = seats.filter(({ kind, state }) => kind === 'rule' && state === 'seated');
    expect(rules.length).toBeGreaterThan(5);
    for (const { statistics: seen, connected, usage } of rules) {
      expect([connected, usage]).toEqual([true, null]);
      expect(seen!.latency!.p95).toBeGreaterThan(0);
      expect(seen!.signals.runs).toBeLessThanOrEqual(seen!.asked);
    }
    expect(Date.parse(body.counted_since)).toBeLessThanOrEqual(Date.now());
  });

  it('is NOT_FOUND for a signal that never was', async () => {
    const { status, body } = await get<{ code: string }>('/api/signals/nonsense/explain');
    expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
  });

  it('stands in the OpenAPI document with its fields', async () => {
    const { body } = await get<{ paths: Record<string, unknown>; components: { schemas: Record<string, { properties: object }> } }>('/docs-json');
    expect(body.paths).toHaveProperty(['/api/signals/{id}/explain']);
    expect(Object.keys(body.components.schemas['SignalExplanation']!.properties)).toEqual(expect.arrayContaining(['margin', 'flip', 'without_domain']));
  });
});
