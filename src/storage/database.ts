import type { Kysely } from 'kysely';
import type { SqlDialect } from './migrations/columns.js';
import { openPostgres } from './postgres.js';
import type { Schema } from './schema.js';
import { openSqlite } from './sqlite.js';

/** An opened database at the newest schema. Inside a transaction use only its own handle, and await nothing else: SQLite has one connection. */
export interface Database {
  readonly kysely: Kysely<Schema>;
  readonly dialect: SqlDialect;
  /** Resolves where a query gets through; for readiness. */
  ping(): Promise<void>;
  /** Waits for the queries in hand, then closes and lets go of the lock. */
  close(): Promise<void>;
}

export interface StorageOptions {
  /** Where `conclave.db` and `conclave.lock` lie; unused where `databaseUrl` is set. */
  readonly dataDir: string;
  /** PostgreSQL; null: SQLite in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Set: several nodes share the database, so none locks the others out. */
  readonly redisUrl?: string | null;
  /**
   * The single-node lock on PostgreSQL went with its connection: another node may start now, so this one should end.
   * Called at most once. Without it the loss is thrown as an uncaught exception.
   */
  readonly onLockLost?: (error: Error) => void;
}

/**
 * Opens the database, takes its single-node lock (unless `redisUrl` says that nodes share it) and migrates it.
 * @throws Error with the remedy where another node holds the lock, the database does not answer, or a migration fails
 */
export const openDatabase = ({ dataDir, databaseUrl, redisUrl = null, onLockLost }: StorageOptions): Promise<Database> =>
  databaseUrl === null ? openSqlite(dataDir) : openPostgres(databaseUrl, { alone: redisUrl === null, onLockLost });
