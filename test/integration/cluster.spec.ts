import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { analyze, Cluster, readiness, statusOf } from '../support/cluster.js';
import { RawClient } from '../support/raw-client.js';
import { cleanUp, runServer, type TestServer } from '../support/server.js';
import { SocketIoClient } from '../support/socketio-client.js';
import type { Client } from '../support/transports.js';
import { until } from '../support/until.js';

const QUIET = { SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1', ANALYZE_PER_MINUTE: '100000' };
const raw = (node: TestServer): Promise<RawClient> => RawClient.open(`${node.ws}/ws/signals`);
const socketIo = (node: TestServer): Promise<SocketIoClient> => SocketIoClient.open(node.url, { transports: ['websocket'] });
const offsetsOf = (client: Client, room: string): number[] => client.logged(room).map(({ offset }) => offset!);

afterAll(cleanUp);

describe('three nodes on one PostgreSQL and one Redis', () => {
  let cluster: Cluster;
  let [a, b, c]: TestServer[] = [];
  const clients: Client[] = [];
  beforeAll(async () => {
    cluster = await Cluster.start(3, { ...QUIET, WS_MAX_CONNECTIONS_PER_IP: '9' });
    [a, b, c] = cluster.nodes as [TestServer, TestServer, TestServer];
    await until(async () => (await statusOf(a!)).cluster.nodes.length === 3, 'all nodes');
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await cluster.remove();
  });

  const joined = async (client: Promise<Client>, ...symbols: string[]): Promise<Client> => {
    const one = await client;
    clients.push(one);
    expect(await one.ask('subscribe', { symbols })).toMatchObject({ ok: true });
    return one;
  };

  it('a client on one hears each vote and the signal of a run on another, once and in order', async () => {
    const heard = await Promise.all([joined(raw(a!), 'AAPL'), joined(socketIo(a!), 'AAPL'), joined(raw(b!), 'AAPL')]);
    // subscribing has asked for analyses of its own: not to join one of those
    await until(async () => await cluster.head('symbol:AAPL') >= 11, 'the first of them');
    await cluster.idle();
    const runId = await analyze(c!, 'AAPL');
    const ofTheRun = (client: Client) => client.logged('symbol:AAPL').filter(({ data }) => data.run_id === runId);
    for (const client of heard) {
      await client.until(() => ofTheRun(client).length === 11, 'the run');
      expect(ofTheRun(client).map(({ type }) => type)).toEqual([...Array<string>(10).fill('agent_update'), 'signal_update']);
      const offsets = offsetsOf(client, 'symbol:AAPL');
      expect(offsets).toEqual(offsets.map((_, at) => offsets[0]! + at));
      expect(ofTheRun(client)).toEqual(ofTheRun(heard[0]!));
    }
  });

  it('/ws/status adds up the cluster on every node', async () => {
    const nodes = await Promise.all(cluster.nodes.map(async (node) => (await statusOf(node)).node as string));
    for (const node of cluster.nodes) {
      const status = await until(async () => {
        const now = await statusOf(node);
        return now.websocket_manager.active_connections === 3 && now.websocket_manager.rooms['AAPL'] === 3 && now.websocket_manager.messages_sent > 33 && now;
      }, 'the sum');
      expect(status.websocket_manager).toEqual({ total_connections: 3, active_connections: 3, messages_sent: expect.any(Number), rooms: expect.objectContaining({ AAPL: 3, system: 3 }) });
      expect([...status.cluster.nodes].sort()).toEqual([...nodes].sort());
      expect(status.cluster.redis).toBe('up');
    }
  });

  it('Redis is killed for three seconds under messages and comes back empty: no hole, no duplicate, no exit, 503 meanwhile', async () => {
    const symbols = ['NVDA', 'MSFT', 'TSLA', 'SPY'];
    const heard = await Promise.all([joined(raw(a!), ...symbols), joined(socketIo(a!), ...symbols), joined(raw(b!), ...symbols), joined(socketIo(c!), ...symbols)]);
    for (const symbol of symbols) await until(async () => await cluster.head(`symbol:${symbol}`) >= 11, 'the first runs');
    await cluster.idle();
    let talking = true;
    const talk = async (node: TestServer, ...about: string[]): Promise<void> => {
      for (let n = 0; talking; n++) await analyze(node, about[n % about.length]!);
    };
    const talks = [talk(b!, 'NVDA', 'MSFT'), talk(c!, 'TSLA', 'SPY')];
    const [one] = heard as [Client, ...Client[]];
    const more = async (): Promise<void> => {
      const until0 = one.frames.length + 200;
      await one.until(() => one.frames.length >= until0, 'more messages');
    };
    await more();
    const gone = performance.now();
    await cluster.redis.stop();
    for (const node of cluster.nodes) await until(async () => (await readiness(node)).status === 503, '503');
    expect(performance.now() - gone).toBeLessThan(5000);
    expect((await readiness(a!)).down).toEqual(['redis']);
    expect((await statusOf(a!)).cluster).toEqual({ nodes: [(await statusOf(a!)).node], redis: 'away' });
    expect((await statusOf(a!)).websocket_manager.rooms['NVDA']).toBe(2);
    await until(() => performance.now() - gone > 3000, 'three seconds without Redis');
    await cluster.redis.again();
    for (const node of cluster.nodes) await until(async () => (await readiness(node)).status === 200, 'ready again');
    const countAfterReturn = one.frames.length;
    await one.until(() => one.frames.length > countAfterReturn + 200, 'messages after the return');
    talking = false;
    await Promise.all(talks);
    await cluster.idle();
    for (const symbol of symbols) {
      const room = `symbol:${symbol}`;
      const head = await cluster.head(room);
      for (const client of heard) {
        await client.until(() => offsetsOf(client, room).at(-1) === head, `all of ${room}`);
        const offsets = offsetsOf(client, room);
        expect(offsets).toEqual(offsets.map((_, at) => head - offsets.length + 1 + at));
        expect(offsets.length).toBeGreaterThan(50);
      }
    }
    for (const node of cluster.nodes) {
      expect(node.process.exitCode).toBeNull();
      expect(node.output().match(/Redis is away/g)).toHaveLength(1);
      expect(node.output().match(/Redis is back/g)).toHaveLength(1);
      expect(node.output()).not.toMatch(/[Uu]nhandled|ioredis/);
    }
    await until(async () => (await statusOf(a!)).cluster.nodes.length === 3, 'all nodes again');
  });

  it('connections of one address count on all nodes together', async () => {
    await until(async () => (await statusOf(c!)).websocket_manager.active_connections === 7, 'the sum');
    clients.push(await raw(c!), await raw(c!));
    await expect(raw(c!)).rejects.toThrow(/429/);
    await until(async () => (await statusOf(b!)).websocket_manager.active_connections === 9, 'the sum');
    await expect(raw(b!)).rejects.toThrow(/429/);
  });

  it('a node that is killed is forgotten with all that it counted', async () => {
    await c!.kill();
    const status = await until(async () => {
      const now = await statusOf(a!);
      return now.cluster.nodes.length === 2 && now;
    }, 'the expiry');
    expect(status.websocket_manager.active_connections).toBe(6);
    expect(status.websocket_manager.rooms['TSLA']).toBe(3);
  });

  it('a node that is told to stop ends with 0 and is forgotten at once, also while Redis is away', async () => {
    expect(await b!.stop()).toBe(0);
    expect((await until(async () => { const { cluster: seen } = await statusOf(a!); return seen.nodes.length === 1 && seen; }, 'the farewell')).redis).toBe('up');
    await cluster.redis.stop();
    await until(async () => (await readiness(a!)).status === 503, '503');
    expect(await a!.stop()).toBe(0);
    expect(a!.output()).not.toMatch(/[Uu]nhandled|Shutting down failed/);
  });
});

describe('a start is refused', () => {
  it('with 78 where REDIS_URL has no DATABASE_URL beside it', async () => {
    const { code, output } = await runServer({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect(code).toBe(78);
    expect(output).toContain('DATABASE_URL is missing: cluster mode (REDIS_URL is set) needs one database for all nodes');
  });

  it('where Redis does not answer, with its address and no password', async () => {
    const cluster = await Cluster.start(0);
    const { code, output } = await runServer({ REDIS_URL: 'redis://:hunter2@127.0.0.1:1', DATABASE_URL: cluster.db.options.databaseUrl! });
    expect(code).toBe(1);
    expect(output).toMatch(/Conclave could not start: Redis at 127\.0\.0\.1:1 does not answer .*start it, or correct REDIS_URL/);
    expect(output).not.toContain('hunter2');
    await cluster.remove();
  });
});
