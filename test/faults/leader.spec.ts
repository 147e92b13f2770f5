import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { freshPostgres, type FreshDatabase } from '../support/databases.js';
import { RawClient } from '../support/raw-client.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { until } from '../support/holds.js';

interface Batch {
  readonly by: string;
  readonly term: number;
}

describe('three nodes and the leader of their feed', () => {
  let redis: RedisServer;
  let db: FreshDatabase;
  let listener: Redis;
  let batches: Batch[] = [];
  let nodes: { readonly server: TestServer; readonly client: RawClient }[] = [];

  beforeAll(async () => { redis = await startRedis(); });
  afterAll(() => redis.kill());
  beforeEach(async () => {
    db = await freshPostgres({ redisUrl: redis.url });
    batches = [];
    listener = new Redis(redis.url);
    listener.on('message', (_channel: string, text: string) => batches.push(JSON.parse(text) as Batch));
    await listener.subscribe('conclave:market');
    const env = {
      DATABASE_URL: db.options.databaseUrl!, REDIS_URL: redis.url, SYMBOLS: 'AAPL,BTC/USD', SIM_TICK_MS: '200', LOG_LEVEL: 'info',
      SIGNAL_GENERATION_INTERVAL: '2', PRICE_MOVE_TRIGGER: '1',
    };
    nodes = await Promise.all([1, 2, 3].map(async () => {
      const server = await startServer(env);
      const client = await RawClient.open(`${server.ws}/ws/signals`);
      await client.ask('subscribe', { symbol: 'AAPL' });
      return { server, client };
    }));
  });
  afterEach(async () => {
    for (const { server } of nodes) server.process.kill('SIGCONT');
    await cleanUp();
    listener.disconnect();
    await db.drop();
  });

  const lease = () => db.kysely.selectFrom('leases').selectAll().where('name', '=', 'feed').executeTakeFirstOrThrow();
  const leader = async () => {
    const pid = Number((await lease()).holder.split(':').at(-2));
    return nodes.find(({ server }) => server.process.pid === pid)!;
  };
  const prices = (client: RawClient) => client.frames.filter(({ type, snapshot }) => type === 'price_update' && !snapshot).map(({ data }) => data as { price: number; timestamp: string });

  it('prices reach the clients of all, the same, and the schedule fires once for all', async () => {
    await until('all have heard for a while', () => nodes.every(({ client }) => prices(client).length >= 40));
    const first = new Map(prices(nodes[0]!.client).map(({ timestamp, price }) => [timestamp, price]));
    for (const { client } of nodes) {
      const common = prices(client).filter(({ timestamp }) => first.has(timestamp));
      expect(common.length).toBeGreaterThan(20);
      for (const { timestamp, price } of common) expect(price).toBe(first.get(timestamp));
    }
    const runs = await db.kysely.selectFrom('runs').select(['requested_at', 'trigger', 'status', 'symbol']).orderBy('requested_at').execute();
    const scheduled = runs.filter(({ trigger }) => trigger.includes('schedule'));
    expect(scheduled.length).toBeGreaterThanOrEqual(2);
    expect(new Set(scheduled.map(({ symbol }) => symbol))).toEqual(new Set(['AAPL'])); // nobody watches the other
    for (let at = 1; at < scheduled.length; at++) expect(scheduled[at]!.requested_at - scheduled[at - 1]!.requested_at).toBeGreaterThan(1700);
  });

  it('killed: prices flow again on every other node in under 10 s', async () => {
    await until('prices flow', () => nodes.every(({ client }) => prices(client).length > 5));
    const dead = await leader();
    const left = nodes.filter((node) => node !== dead);
    await dead.server.kill();
    const killed = performance.now();
    const before = left.map(({ client }) => prices(client).length);
    await until('prices flow again', () => left.every(({ client }, at) => prices(client).length > before[at]! + 2));
    const took = performance.now() - killed;
    console.log(`prices again ${Math.round(took)} ms after kill -9 of the leader`);
    expect(took).toBeLessThan(10_000);
    expect((await lease()).term).toBe(2);
  });

  it('only stopped: once another leads, nothing that it says under its old term is published or stored', async () => {
    await until('prices flow', () => nodes.every(({ client }) => prices(client).length > 5));
    const paused = await leader();
    const others = nodes.filter((node) => node !== paused);
    const pid = paused.server.process.pid!;
    const mine = ({ by }: Batch) => by.split(':').at(-2) === String(pid);
    paused.server.process.kill('SIGSTOP');
    await until('another leads', () => batches.some(({ term }) => term === 2));
    const count = others.map(({ client }) => prices(client).length);
    await until('its prices flow', () => others.every(({ client }, at) => prices(client).length > count[at]! + 5));
    const heardBefore = prices(paused.client).length;
    const runsOf = async () => (await db.kysely.selectFrom('runs').select('run_id').where('trigger', 'like', '%schedule%').execute()).length;
    const scheduled = await runsOf();
    const from = batches.length;
    paused.server.process.kill('SIGCONT');
    await until('it says that it leads no more', () => paused.server.output().includes('no more'));
    await until('its clients hear the new leader', () => prices(paused.client).length > heardBefore + 10);
    expect(batches.slice(from).filter(mine)).toEqual([]);
    expect(batches.slice(from).every(({ term }) => term === 2)).toBe(true);
    await until('the schedule goes on', async () => (await runsOf()) > scheduled);
    expect((await lease()).term).toBe(2);
    expect((await db.kysely.selectFrom('runs').select('status').where('status', '=', 'failed').execute())).toEqual([]);
  });
});
