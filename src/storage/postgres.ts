import { Kysely, PostgresDialect } from 'kysely';
import { migrate } from './migrate.js';
import { createPool, describe } from './postgres-pool.js';
import { lockDatabase, type LostLock } from './postgres-lock.js';
import type { Schema } from './schema.js';
import { isUnavailable } from './unavailable.js';

interface PostgresOptions {
  /** True: no other node may use the database. */
  readonly alone: boolean;
  readonly onLockLost?: LostLock | undefined;
}

export async function openPostgres(url: string, { alone, onLockLost }: PostgresOptions) {
  try {
    const lock = alone ? await lockDatabase(url, onLockLost) : null;
    try {
      await migrateOnce(url);
    } catch (error) {
      await lock?.release();
      throw error;
    }
    const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: createPool(url) }) });
    return {
      kysely,
      dialect: 'postgres' as const,
      ping: async () => { await kysely.selectFrom('rooms').select('room').limit(1).execute(); },
      async close() {
        await kysely.destroy();
        await lock?.release();
      },
    };
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    throw new Error(`PostgreSQL at ${describe(url)} does not answer: start it, or correct DATABASE_URL`, { cause: error });
  }
}

/** On a connection of its own, since a migration may take longer than any query should, and wait for another node's. */
async function migrateOnce(url: string): Promise<void> {
  const pool = createPool(url, { max: 1, statement_timeout: false, query_timeout: 0, idle_in_transaction_session_timeout: 0 });
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrate(kysely, 'postgres');
  } finally {
    await kysely.destroy();
  }
}
