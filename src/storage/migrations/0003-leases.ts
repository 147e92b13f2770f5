import { type Kysely, type Migration } from 'kysely';
import { columns, type SqlDialect } from './columns.js';

export const leases = (dialect: SqlDialect): Migration => ({
  async up(db: Kysely<unknown>) {
    const { text, integer, end } = columns(dialect);
    await db.schema.createTable('leases')
      .addColumn('name', text, (c) => c.primaryKey().notNull())
      .addColumn('holder', text, (c) => c.notNull())
      .addColumn('term', integer, (c) => c.notNull())
      .addColumn('expires_at', integer, (c) => c.notNull())
      .modifyEnd(end).execute();
    await db.schema.alterTable('runs').addColumn('not_before', integer).execute();
  },
});
