import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AnalystClient } from '../support/analyst-client.js';
import { Cluster } from '../support/cluster.js';
import { RawClient, type Frame } from '../support/raw-client.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { SECRET, token } from '../support/tokens.js';
import { until } from '../support/until.js';

// the tests read what the contract promises
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const ops = async (node: TestServer): Promise<any> => (await fetch(`${node.url}/api/ops`)).json();
const newAnalyst = async (node: TestServer, name: string): Promise<string> => {
  const answer = await fetch(`${node.url}/api/analyst-tokens`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, owner: 'alice' }) });
  return ((await answer.json()) as { token: string }).token;
};
const inOps = async (node: TestServer): Promise<RawClient> => {
  const client = await RawClient.open(`${node.ws}/ws/signals`);
  expect(await client.ask('subscribe', { room: 'ops' })).toMatchObject({ ok: true });
  return client;
};
const lines = (client: RawClient): Frame[] => client.frames.filter(({ type }) => type === 'log_line');
const asked = (url: string) => (frame: Frame): boolean => frame.type === 'log_line' && frame.data.context.req?.url.startsWith(url);

afterAll(cleanUp);

describe('operations of one node', () => {
  let server: TestServer;
  beforeAll(async () => { server = await startServer({ LOG_LEVEL: 'info', SYMBOLS: 'AAPL,NVDA' }); });

  it('show nodes, connections, rooms, queue, feeds, budgets, faults and the log', async () => {
    const client = await RawClient.open(`${server.ws}/ws/signals`);
    await client.ask('subscribe', { symbol: 'AAPL' });
    const report = await ops(server);
    expect(report).toMatchObject({
      state: 'serving', connections: { here: 1, all: 1, limit: 1000, dropped: {} }, queue: { waiting: expect.any(Number), running: expect.any(Number), ended: expect.any(Number) },
      feed: { name: 'simulated', stale: false }, budgets: { day: { spent: 0 } }, decision_log: { pending: 0, calls: 0 }, database: 'up', redis: null, faults: [],
    });
    expect(report.nodes).toEqual([expect.objectContaining({ node: report.node, here: true, connections: 1 })]);
    expect(report.rooms).toEqual([{ room: 'symbol:AAPL', members: 1 }, { room: 'system', members: 1 }]);
    expect(report.feeds.map(({ symbol, source }: { symbol: string; source: string }) => [symbol, source])).toEqual([['AAPL', 'simulated'], ['NVDA', 'simulated']]);
    // before a symbol's first tick its last candle is its price
    await until(async () => (await ops(server)).feeds.every(({ age_ms: age }: { age_ms: number }) => age < 15_000), 'ticks');
    client.close();
  });

  it('say themselves in the room', async () => {
    const client = await inOps(server);
    const { data, room, offset } = await client.find(({ type }) => type === 'ops_update');
    const { log, ...report } = await ops(server);
    expect([room, offset, log.length > 0]).toEqual(['ops', undefined, true]);
    expect(Object.keys(data)).toEqual(Object.keys(report));
    expect(data.rooms).toContainEqual({ room: 'ops', members: 1 });
    client.close();
  });

  it('say in the room when remote analysts come and go', async () => {
    const client = await inOps(server);
    const analyst = await AnalystClient.connect(server.ws, await newAnalyst(server, 'Comes and goes'));
    const came = await client.find(({ type }) => type === 'analyst_update');
    expect(came).toMatchObject({ room: 'ops', data: { agent_id: 'comes_and_goes', name: 'Comes and goes', kind: 'remote', state: 'seated', connected: true, fault_domain: 'owner:alice' } });
    expect(came.offset).toBeUndefined();
    analyst.close();
    expect((await client.find(({ type, data }) => type === 'analyst_update' && data.state === 'away')).data).toMatchObject({ agent_id: 'comes_and_goes', connected: false });
    client.close();
  });

  it('stream the log without secrets, and keep its last lines for who comes later', async () => {
    const client = await inOps(server);
    const secret = await newAnalyst(server, 'Silent');
    await fetch(`${server.url}/api/symbols?token=${secret}`, { headers: { authorization: `Bearer ${secret}` } });
    const line = await client.find(asked('/api/symbols'));
    expect(line.data).toMatchObject({ level: 'info', node: (await ops(server)).node, message: expect.any(String) });
    const kept = (await ops(server)).log as { context: { req?: { url: string } } }[];
    expect(kept.some(({ context }) => context.req?.url.startsWith('/api/symbols'))).toBe(true);
    expect(JSON.stringify([client.frames, kept])).not.toContain(secret);
    client.close();
  });

  it('hold back a flood of lines, and say how many', async () => {
    const client = await inOps(server);
    for (let batch = 0; batch < 10; batch += 1) await Promise.all(Array.from({ length: 40 }, () => fetch(`${server.url}/api/symbols?flood`).then((answer) => answer.text())));
    await until(async () => {
      await fetch(`${server.url}/api/symbols?after`).then((answer) => answer.text());
      return lines(client).some(asked('/api/symbols?after'));
    });
    expect(lines(client).filter(asked('/api/symbols?flood')).length).toBeLessThan(250);
    expect(lines(client).reduce((all, { data }) => all + ((data.dropped as number | undefined) ?? 0), 0)).toBeGreaterThan(150);
    const numbers = lines(client).map(({ data }) => data.seq as number);
    expect(numbers).toEqual(numbers.map((_, at) => numbers[0]! + at));
    client.close();
  });
});

describe('operations under authentication', () => {
  it('are for those with the scope admin alone', async () => {
    const server = await startServer({ AUTH_REQUIRED: 'true', AUTH_JWT_SECRET: SECRET });
    const [reader, admin] = await Promise.all([token({ scope: 'read' }), token({ scope: 'read admin' })]);
    const get = async (bearer: string): Promise<number> => (await fetch(`${server.url}/api/ops`, { headers: { authorization: `Bearer ${bearer}` } })).status;
    expect([await get(reader), await get(admin), (await fetch(`${server.url}/api/ops`)).status]).toEqual([403, 200, 401]);
    const client = await RawClient.open(`${server.ws}/ws/signals`, { headers: { authorization: `Bearer ${reader}` } });
    expect(await client.ask('subscribe', { room: 'ops' })).toMatchObject({ type: 'error', data: { code: 'FORBIDDEN' } });
    client.close();
    await server.stop();
  });
});

describe('operations of a cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => { cluster = await Cluster.start(2, { LOG_LEVEL: 'info', SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1' }); });
  afterAll(() => cluster.remove());

  it('show all nodes, carry the log of each to all, and say who leaves', async () => {
    const [a, b] = cluster.nodes as [TestServer, TestServer];
    await until(async () => (await ops(a)).nodes.length === 2, 'both nodes');
    expect(await ops(a)).toMatchObject({ redis: 'up', database: 'up', nodes: [{ here: true }, { here: false }] });
    const client = await inOps(a);
    const there = (await ops(b)).node as string;
    // it is a second until the other node knows that somebody listens here
    await until(async () => {
      await fetch(`${b.url}/api/symbols?far`);
      return client.frames.some(asked('/api/symbols?far'));
    }, 'a line of the other node');
    expect(client.frames.find(asked('/api/symbols?far'))!.data.node).toBe(there);

    await cluster.redis.stop();
    const faults = (frame: Frame): string[] => (frame.data.faults as { code: string }[]).map(({ code }) => code);
    await client.find((frame) => frame.type === 'ops_update' && faults(frame).includes('REDIS_AWAY'));
    const before = client.frames.length;
    await cluster.redis.again();
    await client.until(() => client.frames.slice(before).some((frame) => frame.type === 'ops_update' && !faults(frame).includes('REDIS_AWAY') && frame.data.nodes.length === 2), 'all well again');
    expect(client.frames.filter(({ type }) => type === 'node_update')).toEqual([]); // nobody has left

    await b.stop();
    expect((await client.find(({ type }) => type === 'node_update')).data).toMatchObject({ node: there, state: 'left', nodes: [(await ops(a)).node] });
    client.close();
  });
});
