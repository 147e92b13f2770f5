import { sql, type Kysely, type Migration } from 'kysely';
import { columns, type SqlDialect } from './columns.js';

export const roomsRunsSignals = (dialect: SqlDialect): Migration => ({
  async up(db: Kysely<unknown>) {
    const { text, integer, real, end } = columns(dialect);

    await db.schema.createTable('rooms')
      .addColumn('room', text, (c) => c.primaryKey().notNull())
      .addColumn('epoch', text, (c) => c.notNull())
      .addColumn('head', integer, (c) => c.notNull().defaultTo(0))
      .modifyEnd(end).execute();

    await db.schema.createTable('room_messages')
      .addColumn('room', text, (c) => c.notNull())
      .addColumn('offset', integer, (c) => c.notNull())
      .addColumn('epoch', text, (c) => c.notNull())
      .addColumn('message_id', text, (c) => c.notNull().unique())
      .addColumn('type', text, (c) => c.notNull())
      .addColumn('body', text, (c) => c.notNull())
      .addColumn('sent_at', text, (c) => c.notNull())
      .addPrimaryKeyConstraint('room_messages_pk', ['room', 'offset'])
      .modifyEnd(end).execute();
    await db.schema.createIndex('room_messages_by_type').on('room_messages').columns(['room', 'type', 'offset']).execute();

    await db.schema.createTable('runs')
      .addColumn('run_id', text, (c) => c.primaryKey().notNull())
      .addColumn('symbol', text, (c) => c.notNull())
      .addColumn('depth', text, (c) => c.notNull())
      .addColumn('status', text, (c) => c.notNull())
      .addColumn('trigger', text, (c) => c.notNull())
      .addColumn('from_offset', integer)
      .addColumn('requested_at', integer, (c) => c.notNull())
      .addColumn('as_of', integer)
      .addColumn('ended_at', integer)
      .addColumn('signal_id', text)
      .addColumn('error', text)
      .addColumn('attempt', integer, (c) => c.notNull().defaultTo(1))
      .modifyEnd(end).execute();
    // the single flight
    await db.schema.createIndex('runs_open').unique().on('runs').columns(['symbol', 'depth'])
     .where(sql<boolean>`status = 'open'`).execute();
    await db.schema.createIndex('runs_by_symbol').on('runs').columns(['symbol', 'requested_at']).execute();

    await db.schema.createTable('signals')
      .addColumn('signal_id', text, (c) => c.primaryKey().notNull())
      .addColumn('run_id', text, (c) => c.notNull().unique())
      .addColumn('symbol', text, (c) => c.notNull())
      .addColumn('interval', text, (c) => c.notNull())
      .addColumn('action', text, (c) => c.notNull())
      .addColumn('confidence', real, (c) => c.notNull())
      .addColumn('price', real, (c) => c.notNull())
      .addColumn('timestamp', integer, (c) => c.notNull())
      .addColumn('valid_until', integer, (c) => c.notNull())
      .addColumn('depth', text, (c) => c.notNull())
      .addColumn('source', text, (c) => c.notNull())
      .addColumn('body', text, (c) => c.notNull())
      .addColumn('view', text, (c) => c.notNull())
      .addColumn('opinions', text, (c) => c.notNull())
      .addColumn('created_at', integer, (c) => c.notNull())
      .addColumn('considered_at', integer)
      .modifyEnd(end).execute();
    // newest first, read backwards: over all, of one symbol, of one action
    await db.schema.createIndex('signals_by_time').on('signals').columns(['timestamp', 'signal_id']).execute();
    await db.schema.createIndex('signals_by_symbol').on('signals').columns(['symbol', 'timestamp', 'signal_id']).execute();
    await db.schema.createIndex('signals_by_action').on('signals').columns(['action', 'timestamp', 'signal_id']).execute();
  },
});
