import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase, type Database } from '../../src/storage/database.js';
import { isUnavailable } from '../../src/storage/unavailable.js';
import { freshPostgres, type FreshDatabase } from '../support/databases.js';
import { startPostgres, type PostgresServer } from '../support/postgres-server.mjs';

describe('one node or many', () => {
  let db: FreshDatabase;
  let lost = (_: Error): void => {};
  const lockLost = new Promise<Error>((resolve) => { lost = resolve; });
  beforeAll(async () => { db = await freshPostgres({ onLockLost: (error) => lost(error) }); });
  afterAll(async () => { await db.drop(); });

  it('keeps a second node out, with the remedy', async () => {
    await expect(openDatabase(db.options)).rejects.toThrow(/Another Conclave is running on .*REDIS_URL/);
  });

  it('lets nodes that share Redis in, also when they start at once', async () => {
    const shared = { ...db.options, redisUrl: 'redis://elsewhere' };
    const nodes = await Promise.all([1, 2, 3].map(() => openDatabase(shared)));
    for (const node of nodes) await node.close();
  });

  it('says so where the lock is lost with its connection, and another node can have it', async () => {
    const { rows } = await sql`select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`.execute(db.kysely);
    expect(rows).toHaveLength(1);
    expect((await lockLost).message).toMatch(/lock on .* was lost/);
    await (await openDatabase(db.options)).close();
  });
});

describe('nodes that start at once on an empty database', () => {
  it('migrate it once', async () => {
    const db = await freshPostgres({ redisUrl: 'redis://elsewhere' });
    await sql`drop schema public cascade`.execute(db.kysely);
    await sql`create schema public`.execute(db.kysely);
    const nodes = await Promise.all([1, 2, 3].map(() => openDatabase(db.options)));
    for (const node of nodes) {
      await node.ping();
      await node.close();
    }
    await db.drop();
  });
});

describe('int8 beyond 2^53', () => {
  it('is refused rather than rounded', async () => {
    const db = await freshPostgres();
    await expect(sql`select 9007199254740993::int8 as n`.execute(db.kysely)).rejects.toThrow(/beyond 2\^53/);
    await db.drop();
  });
});

describe('a server that goes away', () => {
  let server: PostgresServer;
  let db: Database;
  beforeAll(async () => { server = await startPostgres(); });
  afterAll(async () => { await server.remove(); });
  const onLockLost = jest.fn();
  beforeEach(async () => {
    onLockLost.mockClear();
    db = await openDatabase({ dataDir: '', databaseUrl: server.url, onLockLost });
  });
  afterEach(async () => { await db.close(); });

  it.each(['SIGINT', 'SIGQUIT'] as const)('is unavailable to queries and open transactions (%s), and used again when it is back', async (signal) => {
    const transaction = db.kysely.transaction().execute(async (trx) => {
      await trx.insertInto('rooms').values({ room: `symbol:${signal}`, epoch: 'e' }).execute();
      await server.stop(signal);
      await trx.selectFrom('rooms').selectAll().execute();
    });
    const why = await transaction.catch((error: unknown) => error);
    expect(isUnavailable(why)).toBe(true);
    expect(isUnavailable(await db.ping().catch((error: unknown) => error))).toBe(true);

    await server.start();
    expect(await db.kysely.selectFrom('rooms').selectAll().execute()).toEqual([]);
    expect(onLockLost).toHaveBeenCalledTimes(1);
  });

  it('tells why a connection ended, not that its rollback failed', async () => {
    const transaction = db.kysely.transaction().execute((trx) => sql`select pg_terminate_backend(pg_backend_pid())`.execute(trx));
    await expect(transaction).rejects.toMatchObject({ code: '57P01' });
    await db.ping();
  });

  it('refuses to start without it, and tells no password', async () => {
    await server.stop();
    const url = new URL(server.url);
    url.password = 'secret';
    const why = await openDatabase({ dataDir: '', databaseUrl: url.href }).catch((error: Error) => error) as Error;
    expect(why.message).toMatch(/^PostgreSQL at 127\.0\.0\.1:\d+\/postgres does not answer: start it, or correct DATABASE_URL$/);
    expect(isUnavailable(why)).toBe(true);
    await server.start();
  });
});
