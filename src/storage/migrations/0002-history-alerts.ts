import { sql, type Kysely, type Migration } from 'kysely';
import { columns, type SqlDialect } from './columns.js';

export const historyAlerts = (dialect: SqlDialect): Migration => ({
  async up(db: Kysely<unknown>) {
    const { text, integer, real, end } = columns(dialect);

    await db.schema.alterTable('room_messages').addColumn('market_time', integer).execute();
    await db.schema.alterTable('room_messages').addColumn('span_time', integer).execute();
    // one entry for all that a run says at once, so that appending pays for one and not for eleven
    await db.schema.createIndex('room_messages_by_time').on('room_messages').columns(['room', 'span_time', 'offset'])
      .where(sql<boolean>`span_time is not null`).execute();

    await db.schema.createTable('alerts')
      .addColumn('alert_id', text, (c) => c.primaryKey().notNull())
      .addColumn('owner', text, (c) => c.notNull())
      .addColumn('symbol', text, (c) => c.notNull())
      .addColumn('condition', text, (c) => c.notNull())
      .addColumn('once', integer, (c) => c.notNull())
      .addColumn('created_at', integer, (c) => c.notNull())
      .modifyEnd(end).execute();

    await db.schema.createTable('alert_prices')
      .addColumn('symbol', text, (c) => c.primaryKey().notNull())
      .addColumn('price', real, (c) => c.notNull())
      .modifyEnd(end).execute();
  },
});
