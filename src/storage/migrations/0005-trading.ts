import { sql, type CreateTableBuilder, type Kysely, type Migration } from 'kysely';
import { columns, type SqlDialect } from './columns.js';

/** Accounts, decisions, orders, executions, positions, approvals, agents, reflections; and the paper broker's own books. Money and quantities are decimal texts. */
export const trading = (dialect: SqlDialect): Migration => ({
  async up(db: Kysely<unknown>) {
    const { text, integer, real, end } = columns(dialect);
    const table = (name: string, fields: readonly (readonly [string, typeof text, 'null'?])[]) =>
      fields.reduce<CreateTableBuilder<string, string>>((made, [field, type, nullable]) => made.addColumn(field, type, (c) => (nullable ? c : c.notNull())), db.schema.createTable(name));

    await table('accounts', [
      ['account_id', text], ['broker', text], ['mode', text], ['currency', text], ['wallet', text], ['initial', text],
      ['peak_equity', text], ['day', text], ['day_start_equity', text], ['settled_until', integer],
    ]).addPrimaryKeyConstraint('accounts_key', ['account_id']).modifyEnd(end).execute();

    await table('trading_state', [
      ['scope', text], ['state', text], ['code', text, 'null'], ['reason', text, 'null'], ['by', text, 'null'], ['at', integer], ['version', integer],
    ]).addPrimaryKeyConstraint('trading_state_key', ['scope']).modifyEnd(end).execute();

    await table('decisions', [
      ['decision_id', text], ['decision_key', text], ['account_id', text], ['symbol', text], ['origin', text], ['origin_id', text],
      ['signal_id', text, 'null'], ['correlation_id', text, 'null'], ['status', text], ['as_of', integer], ['updated_at', integer],
      ['order_id', text, 'null'], ['approval_id', text, 'null'], ['confidence', real, 'null'], ['price', text, 'null'],
      ['intent', text, 'null'], ['exit_at', integer, 'null'], ['gate', text, 'null'], ['reason', text],
    ]).addPrimaryKeyConstraint('decisions_id', ['decision_id']).addUniqueConstraint('decisions_key', ['account_id', 'decision_key']).modifyEnd(end).execute();
    await db.schema.createIndex('decisions_by_account').on('decisions').columns(['account_id', 'as_of', 'decision_id']).execute();
    await db.schema.createIndex('decisions_by_signal').on('decisions').columns(['signal_id']).execute();
    await db.schema.createIndex('decisions_by_correlation').on('decisions').columns(['correlation_id']).execute();

    await table('orders', [
      ['order_id', text], ['decision_id', text], ['account_id', text], ['symbol', text], ['leg', text], ['side', text], ['quantity', text],
      ['order_type', text], ['limit_price', text, 'null'], ['stop_price', text, 'null'], ['trail', text, 'null'], ['time_in_force', text],
      ['reduce_only', integer], ['leverage', integer], ['role', text], ['pair', text, 'null'], ['status', text], ['broker_order_id', text, 'null'],
      ['filled_quantity', text], ['average_price', text, 'null'], ['fees', text], ['reason', text, 'null'],
      ['exits', text, 'null'], ['expires_at', integer, 'null'], ['at', integer], ['updated_at', integer],
    ]).addPrimaryKeyConstraint('orders_key', ['order_id']).modifyEnd(end).execute();
    await db.schema.createIndex('orders_by_account').on('orders').columns(['account_id', 'at', 'order_id']).execute();
    await db.schema.createIndex('orders_by_decision').on('orders').columns(['decision_id']).execute();
    await db.schema.createIndex('orders_open').on('orders').columns(['account_id']).where(sql<boolean>`status in ('stored', 'unknown', 'accepted', 'partially_filled')`).execute();

    await table('fills', [
      ['account_id', text], ['execution_id', text], ['order_id', text, 'null'], ['decision_id', text, 'null'], ['symbol', text], ['leg', text], ['side', text],
      ['quantity', text], ['price', text], ['fee', text], ['realised', text], ['leverage', integer], ['liquidation', integer], ['at', integer],
    ]).addPrimaryKeyConstraint('fills_key', ['account_id', 'execution_id']).modifyEnd(end).execute();
    await db.schema.createIndex('fills_by_time').on('fills').columns(['account_id', 'at', 'execution_id']).execute();
    await db.schema.createIndex('fills_by_order').on('fills').columns(['order_id']).execute();

    await table('positions', [
      ['account_id', text], ['symbol', text], ['leg', text], ['side', text], ['quantity', text], ['entry_price', text], ['leverage', integer],
      ['opened_at', integer], ['history', text], ['plan', text, 'null'],
    ]).addPrimaryKeyConstraint('positions_key', ['account_id', 'symbol', 'leg']).modifyEnd(end).execute();

    await table('account_entries', [
      ['account_id', text], ['entry_id', text], ['kind', text], ['amount', text], ['symbol', text, 'null'], ['at', integer],
    ]).addPrimaryKeyConstraint('account_entries_key', ['account_id', 'entry_id']).modifyEnd(end).execute();

    await table('closed_trades', [
      ['trade_id', text], ['account_id', text], ['symbol', text], ['leg', text], ['side', text], ['quantity', text], ['entry_price', text],
      ['exit_price', text], ['pnl', text], ['fees', text], ['leverage', integer], ['opened_at', integer], ['closed_at', integer],
      ['liquidated', integer], ['opened_by', text, 'null'], ['closed_by', text, 'null'],
    ]).addPrimaryKeyConstraint('closed_trades_key', ['trade_id']).modifyEnd(end).execute();
    await db.schema.createIndex('closed_trades_by_account').on('closed_trades').columns(['account_id', 'closed_at', 'trade_id']).execute();

    await table('equity_points', [
      ['account_id', text], ['at', integer], ['equity', text], ['available', text], ['unrealised', text],
    ]).addPrimaryKeyConstraint('equity_points_key', ['account_id', 'at']).modifyEnd(end).execute();

    await table('approvals', [
      ['approval_id', text], ['decision_id', text], ['account_id', text], ['symbol', text], ['intent', text], ['hash', text], ['price', text],
      ['max_drift', real], ['asked_at', integer], ['expires_at', integer], ['needed', integer], ['given', text], ['status', text],
      ['note', text, 'null'], ['decided_by', text, 'null'], ['updated_at', integer], ['version', integer],
    ]).addPrimaryKeyConstraint('approvals_key', ['approval_id']).modifyEnd(end).execute();
    await db.schema.createIndex('approvals_by_status').on('approvals').columns(['status', 'approval_id']).execute();
    await db.schema.createIndex('approvals_by_decision').on('approvals').columns(['decision_id']).execute();

    await table('agents', [
      ['agent_id', text], ['account_id', text], ['paused', integer], ['pause_reason', text, 'null'], ['interval_s', integer], ['cycle_count', integer],
      ['last_cycle_at', integer, 'null'], ['last_decision_at', integer, 'null'], ['last_error', text, 'null'],
    ]).addPrimaryKeyConstraint('agents_key', ['agent_id']).modifyEnd(end).execute();

    await table('agent_cycles', [
      ['agent_id', text], ['cycle', integer], ['as_of', integer], ['status', text], ['decided_by', text], ['reasoning', text], ['decisions', text],
      ['inputs', text, 'null'], ['error', text, 'null'],
    ]).addPrimaryKeyConstraint('agent_cycles_key', ['agent_id', 'cycle']).modifyEnd(end).execute();

    await table('reflections', [
      ['reflection_id', text], ['account_id', text], ['agent_id', text, 'null'], ['symbol', text], ['trade_id', text], ['source', text],
      ['thought', text], ['happened', text], ['change', text], ['outcome_return', real], ['at', integer],
    ]).addPrimaryKeyConstraint('reflections_key', ['reflection_id']).addUniqueConstraint('reflections_trade', ['trade_id']).modifyEnd(end).execute();
    await db.schema.createIndex('reflections_by_symbol').on('reflections').columns(['account_id', 'symbol', 'at']).execute();

    // stored signals that trading has still to look at
    await db.schema.createIndex('signals_unconsidered').on('signals').columns(['timestamp', 'signal_id']).where(sql<boolean>`considered_at is null`).execute();

    // the paper broker's side of it: another party's books, which ours are held against
    await table('paper_accounts', [
      ['account_id', text], ['mode', text], ['wallet', text], ['at', integer],
    ]).addPrimaryKeyConstraint('paper_accounts_key', ['account_id']).modifyEnd(end).execute();
    await table('paper_orders', [
      ['account_id', text], ['client_order_id', text], ['broker_order_id', text], ['status', text], ['ticket', text], ['filled_quantity', text],
      ['average_price', text, 'null'], ['reason', text, 'null'], ['state', text], ['at', integer],
    ]).addPrimaryKeyConstraint('paper_orders_key', ['account_id', 'client_order_id']).modifyEnd(end).execute();
    await db.schema.createIndex('paper_orders_open').on('paper_orders').columns(['account_id']).where(sql<boolean>`status in ('accepted', 'partially_filled')`).execute();
    await table('paper_executions', [
      ['account_id', text], ['execution_id', text], ['client_order_id', text, 'null'], ['body', text], ['at', integer],
    ]).addPrimaryKeyConstraint('paper_executions_key', ['account_id', 'execution_id']).modifyEnd(end).execute();
    await db.schema.createIndex('paper_executions_by_time').on('paper_executions').columns(['account_id', 'at']).execute();
    await table('paper_positions', [
      ['account_id', text], ['symbol', text], ['leg', text], ['side', text], ['quantity', text], ['entry_price', text], ['leverage', integer],
      ['opened_at', integer], ['history', text],
    ]).addPrimaryKeyConstraint('paper_positions_key', ['account_id', 'symbol', 'leg']).modifyEnd(end).execute();
    await table('paper_entries', [
      ['account_id', text], ['entry_id', text], ['kind', text], ['amount', text], ['symbol', text, 'null'], ['at', integer],
    ]).addPrimaryKeyConstraint('paper_entries_key', ['account_id', 'entry_id']).modifyEnd(end).execute();
  },
});
