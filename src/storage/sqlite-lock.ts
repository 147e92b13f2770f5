import { join } from 'node:path';
import Sqlite from 'libsql';

/** What keeps a second process out; the kernel lets go of it when this process ends, however it ends. */
export interface StoreLock {
  release(): Promise<void>;
}

/**
 * Takes `conclave.lock` in `folder`, an SQLite file held by BEGIN EXCLUSIVE, as long as this process lives.
 * Nothing in this process may open and close that file by other means: POSIX drops a process's locks on any close.
 * @throws Error where another process holds it, or this user may not write there, with the remedy
 */
export function lockFolder(folder: string): StoreLock {
  const holder = opened(join(folder, 'conclave.lock'), folder);
  try {
    holder.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    holder.close();
    if (!(error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY')) throw error;
    throw new Error(
      `Another Conclave is running on ${folder}. Stop it or set DATA_DIR to another folder; `
        + 'for several nodes on the same data set DATABASE_URL and REDIS_URL',
    );
  }
  return {
    async release() {
      holder.close();
    },
  };
}

function opened(file: string, folder: string): Sqlite.Database {
  try {
    return new Sqlite(file);
  } catch (error) {
    throw new Error(`DATA_DIR ${folder} cannot be written: give this user the right to, or set DATA_DIR to another folder`, { cause: error });
  }
}
