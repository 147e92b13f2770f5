import { Migrator, type Kysely } from 'kysely';
import type { SqlDialect } from './migrations/columns.js';
import { migrations } from './migrations/index.js';
import type { Schema } from './schema.js';

/**
 * Brings the database to the newest schema, all or nothing; nodes that start together wait for each other.
 * Throws where a migration fails, or where the database was made by a newer Conclave.
 */
export async function migrate(kysely: Kysely<Schema>, dialect: SqlDialect): Promise<void> {
  const migrator = new Migrator({ db: kysely, provider: { getMigrations: async () => migrations(dialect) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find(({ status }) => status === 'Error');
  const reason = error instanceof Error ? error.message : String(error);
  throw new Error(
    failed
      ? `Migration ${failed.migrationName} failed and nothing was changed: ${reason}`
      : `The database cannot be brought to this version's schema: ${reason}. If a newer Conclave made it, run that version`,
    { cause: error },
  );
}
