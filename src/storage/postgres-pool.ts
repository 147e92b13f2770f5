import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { isUnavailable } from './unavailable.js';

/** Milliseconds. The server gives up a statement before we give up the server. */
const TIMEOUTS = {
  connectionTimeoutMillis: 5_000,
  statement_timeout: 15_000,
  query_timeout: 20_000,
  idle_in_transaction_session_timeout: 30_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
} as const;

/** How every connection of ours is made: int8 as number, name, timeouts. */
export const connection = (url: string): pg.PoolConfig => ({
  connectionString: url,
  application_name: 'conclave',
  types: { getTypeParser },
  ...TIMEOUTS,
});

/** A pool that outlives lost connections: whoever was using one gets the error, and it is never used again. */
export function createPool(url: string, options: pg.PoolConfig = {}): PostgresPool {
  const pool = new pg.Pool({ ...connection(url), max: 10, idleTimeoutMillis: 30_000, ...options });
  // an idle connection that is lost concerns nobody: the pool has dropped it and makes another
  pool.on('error', () => {});
  // one in use also says so to whoever holds it, by the query that fails; unheard, the event would end the process
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    connect: async () => remembersFailure(await pool.connect()),
    end: () => pool.end(),
  };
}

/** Kysely rolls back after a failure, on a dead connection too: what that throws must not hide why it died. */
function remembersFailure(client: pg.PoolClient): PostgresPoolClient {
  let failure: Error | undefined;
  const query = async (sql: string, parameters: readonly unknown[]): Promise<pg.QueryResult> => {
    if (failure) throw failure;
    try {
      return await client.query(sql, [...parameters]);
    } catch (error) {
      if (isUnavailable(error)) failure = error as Error;
      throw error;
    }
  };
  return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release(failure) };
}

/** Host, port and database of a URL, without user and password. */
export function describe(url: string): string {
  const { host, port, database } = new pg.Client({ connectionString: url });
  return `${host}:${port}/${database ?? ''}`;
}

function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === pg.types.builtins.INT8) return parseInt8;
  return pg.types.getTypeParser(oid, format as 'text') as (value: string) => unknown;
}

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} from an int8 column is beyond 2^53 and no exact number`);
  return value;
}
