import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openDatabase, type Database, type StorageOptions } from '../../src/storage/database.js';

export interface FreshDatabase extends Database {
  /** What opens it again, here or in another process (`DATA_DIR`, `DATABASE_URL`). */
  readonly options: StorageOptions;
  /** Closes it and removes it with all it holds. */
  drop(): Promise<void>;
}

/** An empty SQLite database in a temporary folder, opened and migrated. */
export async function freshSqlite(): Promise<FreshDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'conclave-db-'));
  const options = { dataDir, databaseUrl: null };
  const database = await openDatabase(options);
  return {
    ...database,
    options,
    async drop() {
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** An empty database on the run's PostgreSQL, opened and migrated. `more` may set `redisUrl` (nodes share it) or `onLockLost`. */
export async function freshPostgres(more: Pick<StorageOptions, 'redisUrl' | 'onLockLost'> = {}): Promise<FreshDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(`create database ${name}`);
  const url = new URL(serverUrl());
  url.pathname = name;
  const options = { dataDir: '', databaseUrl: url.href, ...more };
  const database = await openDatabase(options);
  return {
    ...database,
    options,
    async drop() {
      await database.close();
      await administer(`drop database ${name} with (force)`);
    },
  };
}

async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const url = process.env['CONCLAVE_TEST_POSTGRES'];
  if (!url) throw new Error('CONCLAVE_TEST_POSTGRES is missing: run the spec through Jest with the configuration of the project, whose globalSetup starts PostgreSQL');
  return url;
}
