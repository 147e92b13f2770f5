import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import Sqlite from 'libsql';
import { migrate } from './migrate.js';
import type { Schema } from './schema.js';
import { SqliteConnection } from './sqlite-connection.js';
import { LibsqlDialect } from './sqlite-dialect.js';
import { lockFolder } from './sqlite-lock.js';

/**
 * FULL syncs each commit, so that what was sent is in the log after a power cut as well; NORMAL holds after kill -9 only.
 * Measured at ten runs (140 rows, 270 kB) per commit: FULL 1,760 runs/s, NORMAL 1,990; at one run 1,010 and 1,390.
 */
const SYNCHRONOUS = 'FULL';

const PRAGMAS = [
  'journal_mode = WAL',
  `synchronous = ${SYNCHRONOUS}`,
  'foreign_keys = ON',
  'busy_timeout = 1000', // only a shell or a backup can be in the way; waiting blocks the event loop
  'temp_store = MEMORY',
  'cache_size = -32768', // KiB
  'mmap_size = 268435456',
  'journal_size_limit = 67108864',
];

/** Opens, or makes, `conclave.db` in `folder`, alone. */
export async function openSqlite(folder: string) {
  makeFolder(folder);
  const lock = lockFolder(folder);
  let kysely: Kysely<Schema> | undefined;
  const close = async (): Promise<void> => {
    await kysely?.destroy();
    await lock.release();
  };
  try {
    const db = new Sqlite(join(folder, 'conclave.db'));
    for (const pragma of PRAGMAS) db.exec(`PRAGMA ${pragma}`);
    const opened = kysely = new Kysely<Schema>({ dialect: new LibsqlDialect(new SqliteConnection(db)) });
    await migrate(opened, 'sqlite');
    return {
      kysely: opened,
      dialect: 'sqlite' as const,
      ping: async () => { await opened.selectFrom('rooms').select('room').limit(1).execute(); },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new Error(`DATA_DIR ${folder} cannot be made: set it to a folder that this user can write`, { cause: error });
  }
}
