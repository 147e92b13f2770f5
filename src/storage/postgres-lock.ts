import pg from 'pg';
import { connection, describe } from './postgres-pool.js';
import type { StoreLock } from './sqlite-lock.js';

export type LostLock = (error: Error) => void;

/** Advisory locks are per database; the key is the eight letters of "conclave". */
const KEY = 0x636f6e636c617665n;
/** A killed node's connection ends a moment after it. */
const GRACE_MS = 2_000;
const HEARTBEAT_MS = 10_000;

/**
 * Keeps other nodes from the database as long as its connection lives.
 * @param onLost called once where the connection goes before `release()`; without it the loss is thrown
 * @throws Error where another node holds it, with the remedy
 */
export async function lockDatabase(url: string, onLost: LostLock = rethrow): Promise<StoreLock> {
  const client = new pg.Client({ ...connection(url), query_timeout: 5_000, lock_timeout: GRACE_MS });
  let held = false;
  let released = false;
  const lost = (error: Error): void => {
    if (released) return;
    void release(); // a connection that no longer answers may still hold the lock: ours is over either way
    onLost(new Error(`The lock on ${describe(url)} was lost with its connection: ${error.message}`, { cause: error }));
  };
  // notices a network that went silent; two in a row, since one may be late after this process was paused
  let missed = 0;
  const heartbeat = setInterval(() => {
    if (held) client.query('select 1').then(() => { missed = 0; }, (error: Error) => { if (++missed === 2) lost(error); });
  }, HEARTBEAT_MS).unref();
  const release = async (): Promise<void> => {
    if (released) return;
    released = true;
    clearInterval(heartbeat);
    await client.end().catch(() => {}); // gone already
  };
  client.on('error', (error) => { if (held) lost(error); });
  client.on('end', () => { if (held) lost(new Error('the connection ended')); });
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [KEY]);
  } catch (error) {
    await release();
    throw isHeld(error) ? refused(url) : error;
  }
  held = true;
  return { release };
}

const isHeld = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '55P03';

/** Without the lock's own error as cause: this does not pass by waiting. */
const refused = (url: string): Error =>
  new Error(
    `Another Conclave is running on ${describe(url)}. Stop it or set DATABASE_URL to another database; `
      + 'for several nodes on the same data set REDIS_URL too',
  );

function rethrow(error: Error): never {
  throw error;
}
