import { sql, type CreateTableBuilder, type Kysely, type Migration } from 'kysely';
import { columns, type SqlDialect } from './columns.js';

/** Trading groups, their members, triggers, events and deliveries, what they asked to trade, discussions, lessons. */
export const groups = (dialect: SqlDialect): Migration => ({
  async up(db: Kysely<unknown>) {
    const { text, integer, real, end } = columns(dialect);
    const table = (name: string, fields: readonly (readonly [string, typeof text, 'null'?])[]) =>
      fields.reduce<CreateTableBuilder<string, string>>((made, [field, type, nullable]) => made.addColumn(field, type, (c) => (nullable ? c : c.notNull())), db.schema.createTable(name));
    const connection = [['connection_id', text, 'null'], ['node', text, 'null'], ['connected_at', integer, 'null'], ['seen_at', integer, 'null']] as const;

    await table('groups', [
      ['group_id', text], ['name', text], ['market', text], ['symbol', text], ['interval', text], ['leverage', integer], ['margin_usd', text],
      ['position_mode', text], ['account_id', text], ['token_hash', text, 'null'], ['acks', integer], ['form', text], ...connection,
      ['created_at', integer], ['updated_at', integer], ['deleted_at', integer, 'null'],
    ]).addPrimaryKeyConstraint('groups_key', ['group_id']).addUniqueConstraint('groups_token', ['token_hash']).modifyEnd(end).execute();
    await db.schema.createIndex('groups_by_name').on('groups').columns(['name']).unique().where(sql<boolean>`deleted_at is null`).execute();

    await table('group_members', [
      ['member_id', text], ['group_id', text], ['name', text], ['role', text], ['provider', text, 'null'], ['model', text, 'null'], ['system_prompt', text], ['created_at', integer],
    ]).addPrimaryKeyConstraint('group_members_key', ['member_id']).addUniqueConstraint('group_members_names', ['group_id', 'name']).modifyEnd(end).execute();

    await table('group_roles', [['role', text], ['title', text], ['prompt', text], ['created_at', integer]])
      .addPrimaryKeyConstraint('group_roles_key', ['role']).modifyEnd(end).execute();

    await table('triggers', [
      ['trigger_id', text], ['name', text], ['kind', text], ['config', text], ['enabled', integer], ['token_hash', text, 'null'], ['secret', text, 'null'], ...connection,
      ['state', text, 'null'], ['last_event_at', integer, 'null'], ['last_error', text, 'null'], ['created_at', integer],
    ]).addPrimaryKeyConstraint('triggers_key', ['trigger_id']).addUniqueConstraint('triggers_token', ['token_hash']).addUniqueConstraint('triggers_names', ['name']).modifyEnd(end).execute();

    // triggers on signals read them in the order of storing
    await db.schema.createIndex('signals_by_storing').on('signals').columns(['created_at', 'signal_id']).execute();

    await table('group_events', [
      ['event_id', text], ['event_key', text, 'null'], ['event_type', text], ['origin', text], ['source_id', text], ['origin_id', text, 'null'], ['priority', integer],
      ['targets', text], ['title', text], ['tags', text], ['condition', text, 'null'], ['correlation_id', text], ['created_at', integer], ['payload', text],
    ]).addPrimaryKeyConstraint('group_events_key', ['event_id']).addUniqueConstraint('group_events_once', ['event_key']).modifyEnd(end).execute();
    await db.schema.createIndex('group_events_by_correlation').on('group_events').columns(['correlation_id', 'event_id']).execute();
    await db.schema.createIndex('group_events_by_source').on('group_events').columns(['source_id', 'event_id']).execute();

    await table('group_deliveries', [['event_id', text], ['group_id', text], ['priority', integer], ['settled_at', integer, 'null']])
      .addPrimaryKeyConstraint('group_deliveries_key', ['event_id', 'group_id']).modifyEnd(end).execute();
    await db.schema.createIndex('group_deliveries_open').on('group_deliveries').columns(['group_id', 'priority desc', 'event_id']).where(sql<boolean>`settled_at is null`).execute();

    await table('group_trades', [
      ['trade_id', text], ['group_id', text], ['idempotency_key', text, 'null'], ['payload_hash', text], ['correlation_id', text], ['account_id', text],
      ['symbol', text], ['request', text], ['status', text], ['outcome', text, 'null'], ['created_at', integer],
    ]).addPrimaryKeyConstraint('group_trades_key', ['trade_id']).addUniqueConstraint('group_trades_once', ['group_id', 'idempotency_key']).modifyEnd(end).execute();
    await db.schema.createIndex('group_trades_pending').on('group_trades').columns(['created_at']).where(sql<boolean>`status = 'pending'`).execute();
    await db.schema.createIndex('group_trades_by_correlation').on('group_trades').columns(['correlation_id', 'trade_id']).execute();

    await table('trading_group_discussions', [
      ['discussion_id', text], ['group_id', text], ['correlation_id', text, 'null'], ['event_id', text, 'null'], ['symbol', text, 'null'], ['level', text],
      ['message', text], ['created_at', integer], ['decision', text, 'null'], ['member_opinions', text], ['detail', text],
    ]).addPrimaryKeyConstraint('discussions_key', ['discussion_id']).modifyEnd(end).execute();
    await db.schema.createIndex('discussions_by_group').on('trading_group_discussions').columns(['group_id', 'discussion_id']).execute();
    await db.schema.createIndex('discussions_by_correlation').on('trading_group_discussions').columns(['correlation_id', 'discussion_id']).execute();

    await table('group_lessons', [
      ['lesson_id', text], ['group_id', text], ['correlation_id', text, 'null'], ['discussion_id', text, 'null'], ['trade_id', text], ['symbol', text], ['leg', text],
      ['side', text], ['source', text], ['outcome_return', real], ['pnl', text], ['at', integer], ['created_at', integer], ['lesson', text], ['text', text],
      ['situation', text, 'null'], ['embedding', text, 'null'],
    ]).addPrimaryKeyConstraint('group_lessons_key', ['lesson_id']).addUniqueConstraint('group_lessons_once', ['group_id', 'trade_id']).modifyEnd(end).execute();
    await db.schema.createIndex('group_lessons_by_group').on('group_lessons').columns(['group_id', 'lesson_id']).execute();
    await db.schema.createIndex('group_lessons_by_correlation').on('group_lessons').columns(['correlation_id', 'lesson_id']).execute();
    await db.schema.createIndex('group_lessons_by_time').on('group_lessons').columns(['created_at', 'lesson_id']).execute();

    await table('group_situations', [['decision_id', text], ['situation', text], ['created_at', integer]])
      .addPrimaryKeyConstraint('group_situations_key', ['decision_id']).modifyEnd(end).execute();
    await db.schema.createIndex('closed_trades_by_opening').on('closed_trades').columns(['opened_by']).execute();
    await db.schema.createIndex('closed_trades_by_closing').on('closed_trades').columns(['closed_by']).execute();
  },
});
