import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { freshPostgres, type FreshDatabase } from '../support/databases.js';
import { startRedis } from '../support/redis.js';
import { cleanUp, freshDataDir, startServer } from '../support/server.js';
import { until } from '../support/holds.js';

afterAll(cleanUp);

const ROWS = 300;

/** Minutes of a market that swings, with a drift that turns. */
async function candles(): Promise<string> {
  const path = join(await freshDataDir(), 'candles.csv');
  const price = (at: number): number => 100 + 12 * Math.sin(at / 40) + 3 * Math.sin(at / 7) + 0.01 * at;
  const rows = Array.from({ length: ROWS }, (_, at) => {
    const [open, close] = [price(at), price(at + 1)];
    return [new Date(Date.UTC(2026, 0, 5, 0, at)).toISOString(), open, Math.max(open, close) + 0.3, Math.min(open, close) - 0.3, close, 50 + (at % 9)].join(',');
  });
  writeFileSync(path, ['timestamp,open,high,low,close,volume', ...rows].join('\n'));
  return path;
}

const signals = async ({ kysely }: FreshDatabase) =>
  (await kysely.selectFrom('signals').select(['timestamp', 'action', 'confidence', 'price']).orderBy('timestamp').execute());

test('a file replayed on several nodes gives the signals of one node, whichever of them does the runs', async () => {
  const files = `BTCUSDT=${await candles()}`;
  const env = { FEED: 'replay', REPLAY_FILES: files, REPLAY_SPEED: '0' };
  const redis = await startRedis();
  const [one, many] = [await freshPostgres({ redisUrl: 'redis://none' }), await freshPostgres({ redisUrl: redis.url })];
  try {
    await startServer({ ...env, DATABASE_URL: one.options.databaseUrl! });
    await until('one node has ended', async () => (await signals(one)).length >= ROWS - 60 && (await ended(one)), 240_000);
    const cluster = { ...env, DATABASE_URL: many.options.databaseUrl!, REDIS_URL: redis.url };
    await startServer({ ...cluster, ROLES: 'gateway,market,trading' }); // leads, and waits for somebody who does the runs
    await startServer({ ...cluster, ROLES: 'analyst' });
    await until('the cluster has ended', () => ended(many), 240_000);
    expect(await signals(many)).toEqual(await signals(one));
    expect((await signals(many)).length).toBeGreaterThan(200);
    const { alerts } = await many.kysely.selectFrom('room_messages').select(({ fn }) => fn.countAll<number>().as('alerts')).where('body', 'like', '%FEED_ENDED%').executeTakeFirstOrThrow();
    expect(alerts).toBe(1);
    const runs = await many.kysely.selectFrom('runs').select('status').execute();
    expect(runs).toHaveLength(ROWS);
  } finally {
    await cleanUp();
    await Promise.all([one.drop(), many.drop()]);
    await redis.kill();
  }
}, 600_000);

const ended = async ({ kysely }: FreshDatabase): Promise<boolean> =>
  (await kysely.selectFrom('room_messages').select('offset').where('body', 'like', '%FEED_ENDED%').execute()).length > 0;
