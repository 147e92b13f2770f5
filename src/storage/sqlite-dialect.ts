import {
  SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler,
  type DatabaseIntrospector, type Dialect, type Driver, type TransactionSettings,
} from 'kysely';
import { Turns } from './turns.js';
import type { SqliteConnection } from './sqlite-connection.js';

/** Kysely's SQLite dialect over one libsql connection. Migrations run in a transaction, which SQLite can and Kysely's own adapter denies. */
export class LibsqlDialect implements Dialect {
  constructor(private readonly connection: SqliteConnection) {}

  createDriver = (): Driver => new LibsqlDriver(this.connection);
  createQueryCompiler = (): SqliteQueryCompiler => new SqliteQueryCompiler();
  createAdapter = (): SqliteAdapter => new TransactionalDdlAdapter();
  createIntrospector = (db: Parameters<Dialect['createIntrospector']>[0]): DatabaseIntrospector => new SqliteIntrospector(db);
}

class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class LibsqlDriver implements Driver {
  readonly #turns = new Turns();

  constructor(private readonly connection: SqliteConnection) {}

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    await this.#turns.take();
    return this.connection;
  }

  async releaseConnection(): Promise<void> {
    this.#turns.pass();
  }

  /** IMMEDIATE, so that a writer from outside (a backup, a shell) is waited for at BEGIN and never met halfway. */
  async beginTransaction(connection: SqliteConnection, { accessMode }: TransactionSettings): Promise<void> {
    connection.exec(accessMode === 'read only' ? 'BEGIN' : 'BEGIN IMMEDIATE');
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    connection.exec('COMMIT');
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    // a full disk or an I/O error has rolled back already; a second ROLLBACK would hide that error
    if (connection.inTransaction) connection.exec('ROLLBACK');
  }

  async destroy(): Promise<void> {
    await this.#turns.end();
    this.connection.close();
  }
}
