import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Opinion } from '../../src/model/opinion.js';
import { Deposed, Leases } from '../../src/storage/leases.js';
import { openDatabase } from '../../src/storage/database.js';
import { SharedRunStore } from '../../src/signals/shared-run-store.js';
import { freshPostgres, type FreshDatabase } from '../support/databases.js';
import { startPostgres } from '../support/postgres-server.mjs';
import { startRedis, type RedisServer } from '../support/redis.js';
import { freshPrefix, runNode, type RunNode, type RunNodeOptions } from '../support/run-node.js';
import { until } from '../support/holds.js';

const REQUEST = { kind: 'request', subject: 'me' } as const;
const BUY: Opinion = { signal: 'BUY', confidence: 0.9, reasoning: ['it does'] };
const ROOT = resolve(import.meta.dirname, '../..');
const WORKER = fileURLToPath(new URL('../support/run-worker.ts', import.meta.url));

describe('runs of a cluster, when something breaks', () => {
  let db: FreshDatabase;
  let redis: RedisServer;
  let prefix = '';
  const open: (() => Promise<unknown>)[] = [];
  beforeAll(async () => { [db, redis] = await Promise.all([freshPostgres({ redisUrl: 'redis://shared' }), startRedis()]); });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((close) => close()));
    for (const table of ['runs', 'signals', 'room_messages', 'rooms', 'leases'] as const) await db.kysely.deleteFrom(table).execute();
    prefix = '';
  });
  afterAll(async () => {
    await db.drop();
    await redis.kill();
  });

  const start = async (more: Partial<RunNodeOptions> = {}): Promise<RunNode> => {
    prefix ||= freshPrefix();
    const node = await runNode({ database: db, redisUrl: redis.url, prefix, ...more });
    open.push(() => node.close());
    return node;
  };
  const said = async (runId: string) => (await db.kysely.selectFrom('room_messages').select(['message_id', 'body']).orderBy('offset').execute())
    .filter(({ message_id: id }) => id.startsWith(`run:${runId}`));
  const signals = () => db.kysely.selectFrom('signals').selectAll().execute();
  const run = (runId: string) => db.kysely.selectFrom('runs').selectAll().where('run_id', '=', runId).executeTakeFirstOrThrow();

  /** A worker in a process of its own that begins what it gets and never ends it; resolves with how to kill it once it has begun. */
  const hangingWorker = async () => {
    prefix ||= freshPrefix();
    const child = spawn(process.execPath, ['--import', './test/support/typescript.mjs', WORKER], {
      cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], DATABASE_URL: db.options.databaseUrl!, REDIS_URL: redis.url, PREFIX: prefix },
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => { text += chunk.toString(); });
    const kill = async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    };
    open.push(kill);
    await until('the worker is ready', () => text.includes('ready'));
    return { child, kill, begun: () => until('it has begun', () => text.includes('begun')) };
  };

  it('a worker killed in the middle of a run: another ends it once, within 10 s, with what was said', async () => {
    const worker = await hangingWorker();
    const asker = await start({ performs: false });
    const ticket = asker.runs.request('AAPL', 'fast', REQUEST);
    const { runId } = await ticket.stored;
    await worker.begun();
    await until('its first vote is stored', async () => (await said(runId)).length === 1);
    const other = await start();
    await worker.kill();
    const killed = performance.now();
    await ticket.ended;
    const took = performance.now() - killed;
    console.log(`taken over and ended ${Math.round(took)} ms after kill -9`);
    expect(took).toBeLessThan(10_000);
    expect(await run(runId)).toMatchObject({ status: 'done', attempt: 2 });
    expect(await signals()).toHaveLength(1);
    const messages = await said(runId);
    expect(messages.map(({ message_id: id }) => id)).toEqual(['a', 'b', 'c', 'signal'].map((what) => `run:${runId}:${what}`));
    expect(JSON.parse(messages[0]!.body)).toMatchObject({ signal: 'SELL', reasoning: ['said by the first worker'] });
    await until('all nodes hear it', () => other.heard.includes(runId) && asker.heard.includes(runId));
  });

  it('a worker that was only stopped adds nothing when it goes on', async () => {
    const answers = new Map<string, (opinion: Opinion) => void>();
    const first = await start({ opine: (id) => new Promise((answer) => { answers.set(id, answer); }) });
    const ticket = first.runs.request('AAPL', 'fast', REQUEST);
    const { runId } = await ticket.stored;
    await until('it has begun', () => first.runs.counts.running === 1);
    // another takes it, as after the lock had lapsed, and ends it first or last: only its word counts
    const store = new SharedRunStore(db.kysely, new Leases(db));
    const taken = await store.claim(runId);
    expect(taken).toMatchObject({ runId, attempt: 2 });
    const old: Opinion = { signal: 'SELL', confidence: 1, reasoning: ['old'] };
    answers.get('a')!(old);
    await until('its vote is refused', () => first.faults.some((fault) => fault.name === 'RunOver'));
    for (const id of ['b', 'c']) answers.get(id)!(old);
    await until('it has given up', () => first.runs.counts.running === 0);
    expect(await said(runId)).toEqual([]);
    expect(await signals()).toEqual([]);
    expect((await run(runId)).status).toBe('open');
  });

  it('a flushed Redis loses nothing that was asked for: what waited and what was in hand', async () => {
    const asker = await start({ performs: false });
    const waiting = asker.runs.request('AAPL', 'fast', REQUEST);
    await waiting.stored;
    await until('it is in the queue', async () => (await asker.redis!.keys(`${prefix}*`)).some((key) => key.endsWith(':wait')));
    await asker.redis!.flushall();
    let held = true;
    const worker = await start({ opine: async () => {
      await until('it may', () => !held);
      return BUY;
    } });
    const inHand = asker.runs.request('BTC/USD', 'fast', REQUEST);
    await inHand.stored;
    await until('both are in hand', () => worker.runs.counts.running >= 2);
    await asker.redis!.flushall();
    held = false;
    await Promise.all([waiting.ended, inHand.ended]);
    expect((await signals()).map(({ symbol }) => symbol).sort()).toEqual(['AAPL', 'BTC/USD']);
    expect(await asker.runs.request('AAPL', 'fast', REQUEST).ended).toMatchObject({ shared: false });
  });

  it('while Redis is away a request is stored and acknowledged, and done when it is back', async () => {
    const [asker, worker] = [await start({ performs: false }), await start()];
    await asker.runs.request('AAPL', 'fast', REQUEST).ended;
    await redis.kill();
    const ticket = asker.runs.request('AAPL', 'fast', REQUEST);
    const { runId } = await ticket.stored;
    expect(await run(runId)).toMatchObject({ status: 'open' });
    await redis.start();
    await ticket.ended;
    expect(await run(runId)).toMatchObject({ status: 'done' });
    await until('the worker goes on', async () => !(await worker.runs.request('BTC/USD', 'fast', REQUEST).ended).shared);
  });

  it('a run in hand when Redis goes ends without it, and its requester hears it by the row', async () => {
    let held = true;
    const worker = await start({ opine: async () => {
      await until('it may', () => !held);
      return BUY;
    } });
    const asker = await start({ performs: false });
    const ticket = asker.runs.request('AAPL', 'fast', REQUEST);
    await ticket.stored;
    await until('it is in hand', () => worker.runs.counts.running === 1);
    await redis.kill();
    held = false;
    await ticket.ended;
    expect(await signals()).toHaveLength(1);
    await redis.start();
    await until('the queue works again', async () => !(await asker.runs.request('BTC/USD', 'fast', REQUEST).ended).shared);
    expect(await signals()).toHaveLength(2);
  });

  it('a run that is begun again and again and never ends is given up, with an alert', async () => {
    const asker = await start({ performs: false });
    const ticket = asker.runs.request('AAPL', 'fast', REQUEST);
    const { runId } = await ticket.stored;
    await db.kysely.updateTable('runs').set({ attempt: 10 }).where('run_id', '=', runId).execute();
    await start();
    await ticket.ended;
    expect(await run(runId)).toMatchObject({ status: 'failed', error: expect.stringMatching(/^INTERNAL/) });
    expect((await said(runId)).map(({ message_id: id }) => id)).toContain(`run:${runId}:end`);
  });

  it('what a deposed leader of the feed asks for is no row', async () => {
    const node = await start();
    const leases = new Leases(db);
    await leases.acquire('feed', 'old', 60_000);
    await node.runs.request('AAPL', 'fast', { kind: 'schedule' }, 1).ended;
    await leases.release('feed', 'old', 1);
    await leases.acquire('feed', 'new', 60_000);
    const late = node.runs.request('AAPL', 'fast', { kind: 'schedule' }, 1);
    await expect(late.stored).rejects.toBeInstanceOf(Deposed);
    await expect(late.ended).rejects.toBeInstanceOf(Deposed);
    await node.runs.request('AAPL', 'fast', { kind: 'schedule' }, 2).ended;
    expect(await signals()).toHaveLength(2);
  });

  it('a worker whose market is behind waits until it has got there', async () => {
    const node = await start();
    const asOf = node.market.lastTimeOf('AAPL')!;
    const asker = await start({ performs: false });
    asker.market.tick({ symbol: 'AAPL', price: 200, volume: 1, time: asOf + 60_000 });
    const ticket = asker.runs.request('AAPL', 'fast', REQUEST);
    const { runId } = await ticket.stored;
    await until('the worker has it in hand', async () => (await asker.redis!.llen(`${prefix}:runs:active`)) === 1);
    expect(await run(runId)).toMatchObject({ status: 'open', attempt: 0, not_before: asOf + 60_000 });
    node.market.tick({ symbol: 'AAPL', price: 201, volume: 1, time: asOf + 61_000 });
    await ticket.ended;
    expect(await signals()).toMatchObject([{ price: 201, timestamp: asOf + 61_000 }]);
  });
});

describe('while the database is away', () => {
  it('a request is refused with a code, what the market asks for waits, and both work after', async () => {
    const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    const database = await openDatabase({ dataDir: '', databaseUrl: postgres.url, redisUrl: redis.url });
    const node = await runNode({ database, redisUrl: redis.url });
    try {
      await node.runs.request('AAPL', 'fast', REQUEST).ended;
      await postgres.stop();
      await expect(node.runs.request('AAPL', 'fast', REQUEST).stored).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      const market = node.runs.request('BTC/USD', 'fast', { kind: 'candle' });
      await postgres.start();
      await market.ended;
      await node.runs.request('AAPL', 'fast', REQUEST).ended;
      expect(await database.kysely.selectFrom('signals').select('symbol').execute()).toHaveLength(3);
    } finally {
      await node.close();
      await database.close();
      await Promise.all([postgres.remove(), redis.kill()]);
    }
  });
});
