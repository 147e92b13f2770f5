import type { Kysely, Migration } from 'kysely';
import { columns, type SqlDialect } from './columns.js';

/** Accounts that were made while the server ran, and the second halves of changes of side. */
export const storedAccounts = (dialect: SqlDialect): Migration => ({
  async up(db: Kysely<unknown>) {
    const { text, integer, end } = columns(dialect);
    await db.schema.createTable('stored_accounts')
      .addColumn('account_id', text, (c) => c.notNull())
      .addColumn('terms', text, (c) => c.notNull())
      .addColumn('created_at', integer, (c) => c.notNull())
      .addPrimaryKeyConstraint('stored_accounts_key', ['account_id']).modifyEnd(end).execute();
    await db.schema.createTable('waiting_openings')
      .addColumn('account_id', text, (c) => c.notNull())
      .addColumn('opening_key', text, (c) => c.notNull())
      .addColumn('closed_by', text, (c) => c.notNull())
      .addColumn('proposal', text, (c) => c.notNull())
      .addColumn('at', integer, (c) => c.notNull())
      .addPrimaryKeyConstraint('waiting_openings_key', ['account_id', 'opening_key']).modifyEnd(end).execute();
    // what groups were not told before a crash
    await db.schema.createIndex('decisions_by_origin').on('decisions').columns(['origin', 'updated_at']).execute();
  },
});
