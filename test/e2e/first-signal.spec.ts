import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { io } from 'socket.io-client';
import { cleanUp, startServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(cleanUp);

interface Update {
  readonly run_id: string;
  readonly signal: string;
  readonly reason?: string;
}

test('a Socket.IO client that subscribes and analyses gets an ack, ten votes and a signal, in under a second', async () => {
  const socket = io(server.url, { transports: ['websocket'], forceNew: true });
  const votes: Update[] = [];
  socket.on('agent_update', (vote: Update) => votes.push(vote));
  const signal = new Promise<Record<string, unknown>>((resolve) =>
    socket.on('signal_update', (data: Record<string, unknown>, meta: Record<string, unknown>) => { if (!meta['snapshot']) resolve({ data, meta }); }));
  await new Promise<void>((resolve) => socket.on('connect', () => resolve()));
  const start = performance.now();
  const joined = (await socket.emitWithAck('subscribe', { symbol: 'AAPL' })) as { ok: boolean; data: { rooms: unknown[] } };
  const asked = (await socket.emitWithAck('analyze', { symbol: 'AAPL' })) as { ok: boolean; data: { run_id: string } };
  const { data, meta } = (await signal) as { data: Record<string, never>; meta: Record<string, unknown> };
  expect(performance.now() - start).toBeLessThan(1000);
  socket.close();

  expect(joined).toEqual({ ok: true, data: { rooms: [expect.objectContaining({ room: 'symbol:AAPL', recovered: false, replayed: 0 })] } });
  expect(asked.ok).toBe(true);
  const ofTheRun = votes.filter(({ run_id: id }) => id === data['run_id']);
  expect(ofTheRun).toHaveLength(10);
  for (const vote of ofTheRun) {
    expect(vote).toEqual(expect.objectContaining({
      symbol: 'AAPL', agent: expect.any(String), agent_id: expect.any(String), signal: expect.stringMatching(/^(BUY|SELL|HOLD|ABSTAIN)$/),
      confidence: expect.any(Number), reasoning: expect.any(Array), run_id: data['run_id'], latency_ms: expect.any(Number), timestamp: expect.any(String),
    }));
    if (vote.signal === 'ABSTAIN') expect(vote.reason).toEqual(expect.any(String));
  }
  expect(ofTheRun.some(({ signal: said }) => said === 'ABSTAIN')).toBe(true);
  expect(data).toEqual(expect.objectContaining({
    symbol: 'AAPL', signal_id: expect.any(String), run_id: expect.any(String), action: expect.stringMatching(/^(BUY|SELL|HOLD)$/),
    confidence: expect.any(Number), price: expect.any(Number), probability: null, valid_until: expect.any(String), horizon_bars: 60,
    interval: '1m', trigger: expect.any(Object), source: 'simulated', timestamp: expect.any(String),
    agents_consensus: expect.objectContaining({
      total_agents: 10, completed_agents: 10, abstained_agents: expect.any(Number), consensus_strength: expect.any(String),
      agreement: expect.any(Number), threshold: 0.7, fault_domains: expect.any(Number), tolerated_faults: expect.any(Number),
      agent_details: expect.objectContaining({ trend: expect.objectContaining({ name: 'TrendAnalyst', fault_domain: 'rules:trend', weight: expect.any(Number) }) }),
    }),
    metadata: expect.objectContaining({ reasoning: expect.any(Array), dissent: expect.any(Array), similar: [] }),
  }));
  expect(meta).toEqual({ timestamp: expect.any(String), room: 'symbol:AAPL', epoch: expect.any(String), offset: expect.any(Number) });
});

test('the signal is in the list, and one by its id has opinions, view and status', async () => {
  const list = (await (await fetch(`${server.url}/api/signals?symbol=aapl&limit=1`)).json()) as { items: { signal_id: string }[]; next: string | null };
  expect(list.items).toHaveLength(1);
  const one = (await (await fetch(`${server.url}/api/signals/${list.items[0]!.signal_id}`)).json()) as Record<string, never>;
  expect(one).toEqual(expect.objectContaining({ ...list.items[0], status: 'active', superseded_at: null, outcome: expect.objectContaining({ status: 'pending', outcome_return: null, horizon_bars: 60 }) }));
  expect(one['opinions']).toHaveLength(10);
  expect(one['opinions']![0]).toEqual(expect.objectContaining({ agent_id: 'trend', name: 'TrendAnalyst', latency_ms: expect.any(Number), weight: 1, share: expect.any(Number) }));
  expect(one['view']).toEqual(expect.objectContaining({ symbol: 'AAPL', candles: 200, indicators: expect.any(Object), structure: expect.any(Object) }));
});

test('lists are paged newest first without holes or repetitions', async () => {
  for (const symbol of ['NVDA', 'MSFT', 'SPY']) {
    await fetch(`${server.url}/api/analyze`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ symbol }) });
  }
  const page = async (query: string): Promise<{ items: { signal_id: string; timestamp: string }[]; next: string | null }> =>
    (await (await fetch(`${server.url}/api/signals?${query}`)).json()) as never;
  let all: { signal_id: string; timestamp: string }[] = [];
  while (all.length < 4) all = (await page('limit=500')).items;
  const paged = [];
  for (let next: string | null = ''; next !== null;) {
    const { items, next: after } = await page(`limit=1${next ? `&cursor=${next}` : ''}`);
    paged.push(...items);
    next = after;
  }
  const ids = paged.map(({ signal_id: id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.slice(-all.length)).toEqual(all.map(({ signal_id: id }) => id));
  const times = paged.map(({ timestamp }) => timestamp);
  expect(times).toEqual([...times].sort().reverse());
});
