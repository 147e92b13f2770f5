import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import type Sqlite from 'libsql';

/** Texts differ with the number of rows of an insert, so there are more of them than queries in the code. */
const CACHED_STATEMENTS = 256;

type Statement = Sqlite.Statement;

/** The one connection to the file, with its prepared statements kept by text, least recently used first. */
export class SqliteConnection implements DatabaseConnection {
  readonly #statements = new Map<string, { statement: Statement; reads: boolean }>();

  constructor(private readonly db: Sqlite.Database) {}

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    parameters.forEach(refuseUnbindable);
    const { statement, reads } = this.#prepared(sql);
    if (reads) return { rows: statement.all(parameters) as R[] };
    return { rows: [], numAffectedRows: BigInt(statement.run(parameters).changes) };
  }

  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('Rows are not streamed: read them in pages, by key and limit');
  }

  /** Runs text without parameters: BEGIN, COMMIT, pragmas. */
  exec(sql: string): void {
    this.db.exec(sql);
  }

  get inTransaction(): boolean {
    return this.db.inTransaction;
  }

  close(): void {
    this.#statements.clear();
    // libsql leaves the file open until its statements are collected, so nothing else empties the WAL
    this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.db.close();
  }

  #prepared(sql: string): { statement: Statement; reads: boolean } {
    const known = this.#statements.get(sql);
    if (known) {
      this.#statements.delete(sql);
      this.#statements.set(sql, known);
      return known;
    }
    const statement = this.db.prepare(sql);
    const entry = { statement, reads: statement.reader };
    this.#statements.set(sql, entry);
    if (this.#statements.size > CACHED_STATEMENTS) {
      this.#statements.delete(this.#statements.keys().next().value!);
    }
    return entry;
  }
}

/**
 * Refuses what libsql would not store as it is: a boolean ends the process (a panic in its binding), text is cut at NUL
 * when read, NaN and undefined become NULL. PostgreSQL refuses NUL too.
 */
function refuseUnbindable(value: unknown, index: number): void {
  switch (typeof value) {
    case 'string':
      if (value.includes('\0')) throw new TypeError(`Parameter ${index + 1} has a NUL character, which text cannot hold: escape it, as JSON does`);
      return;
    case 'number':
      if (Number.isFinite(value)) return;
      throw new TypeError(`Parameter ${index + 1} is ${value}: only finite numbers are stored`);
    case 'bigint':
    case 'object':
      return; // libsql itself refuses objects that are not bytes
    default:
      throw new TypeError(`Parameter ${index + 1} is ${String(value)}: bind a number, text, bytes or null (0 and 1 for a boolean)`);
  }
}
