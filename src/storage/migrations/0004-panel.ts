import { sql, type Kysely, type Migration } from 'kysely';
import { columns, type SqlDialect } from './columns.js';

/** Model calls, budgets, inputs of runs, remote analysts, situations with their outcomes, news. */
export const panel = (dialect: SqlDialect): Migration => ({
  async up(db: Kysely<unknown>) {
    const { text, integer, real, end } = columns(dialect);

    await db.schema.createTable('model_calls')
      .addColumn('call_id', text, (c) => c.primaryKey().notNull())
      .addColumn('run_id', text, (c) => c.notNull())
      .addColumn('symbol', text, (c) => c.notNull())
      .addColumn('agent_id', text, (c) => c.notNull())
      .addColumn('step', text, (c) => c.notNull())
      .addColumn('round', integer, (c) => c.notNull())
      .addColumn('request_hash', text, (c) => c.notNull())
      .addColumn('attempt', integer, (c) => c.notNull())
      .addColumn('prompt', text, (c) => c.notNull())
      .addColumn('endpoint', text, (c) => c.notNull())
      .addColumn('model', text, (c) => c.notNull())
      .addColumn('mode', text, (c) => c.notNull())
      .addColumn('model_returned', text)
      .addColumn('outcome', text, (c) => c.notNull())
      .addColumn('requester', text, (c) => c.notNull())
      .addColumn('as_of', integer, (c) => c.notNull())
      .addColumn('started_at', integer, (c) => c.notNull())
      .addColumn('latency_ms', real, (c) => c.notNull())
      .addColumn('prompt_tokens', integer)
      .addColumn('completion_tokens', integer)
      .addColumn('total_tokens', integer)
      .addColumn('nano_usd', integer, (c) => c.notNull())
      // the long ones last: SQLite walks through a row's overflow pages to get at what stands behind them
      .addColumn('error', text)
      .addColumn('opinion', text)
      .addColumn('params', text, (c) => c.notNull())
      .addColumn('reply', text)
      .addColumn('messages', text, (c) => c.notNull())
      .modifyEnd(end).execute();
    await db.schema.createIndex('model_calls_by_request').on('model_calls').columns(['request_hash', 'attempt', 'call_id']).execute();
    await db.schema.createIndex('model_calls_by_run').on('model_calls').columns(['run_id', 'call_id']).execute();
    await db.schema.createIndex('model_calls_by_symbol').on('model_calls').columns(['symbol', 'call_id']).execute();
    await db.schema.createIndex('model_calls_by_agent').on('model_calls').columns(['agent_id', 'call_id']).execute();
    await db.schema.createIndex('model_calls_by_outcome').on('model_calls').columns(['outcome', 'call_id']).execute();
    await db.schema.createIndex('model_calls_by_model').on('model_calls').columns(['model', 'call_id']).execute();
    // sums of costs are read from this index alone
    await db.schema.createIndex('model_calls_by_time').on('model_calls')
      .columns(['started_at', 'model', 'agent_id', 'symbol', 'prompt_tokens', 'completion_tokens', 'total_tokens', 'nano_usd']).execute();

    await db.schema.createTable('budgets')
      .addColumn('scope', text, (c) => c.notNull())
      .addColumn('day', text, (c) => c.notNull())
      .addColumn('nano_usd', integer, (c) => c.notNull())
      .addPrimaryKeyConstraint('budgets_key', ['scope', 'day'])
      .modifyEnd(end).execute();

    await db.schema.createTable('run_inputs')
      .addColumn('run_id', text, (c) => c.primaryKey().notNull())
      .addColumn('symbol', text, (c) => c.notNull())
      .addColumn('as_of', integer, (c) => c.notNull())
      .addColumn('inputs', text, (c) => c.notNull())
      .addColumn('decision', text, (c) => c.notNull())
      .addColumn('decision_hash', text, (c) => c.notNull())
      .modifyEnd(end).execute();

    await db.schema.createTable('analyst_tokens')
      .addColumn('agent_id', text, (c) => c.primaryKey().notNull())
      .addColumn('token_hash', text, (c) => c.notNull().unique())
      .addColumn('name', text, (c) => c.notNull())
      .addColumn('owner', text, (c) => c.notNull())
      .addColumn('weight', real, (c) => c.notNull())
      .addColumn('created_at', integer, (c) => c.notNull())
      .addColumn('revoked_at', integer)
      .modifyEnd(end).execute();

    await db.schema.createTable('remote_votes')
      .addColumn('vote_id', text, (c) => c.primaryKey().notNull())
      .addColumn('run_id', text, (c) => c.notNull())
      .addColumn('agent_id', text, (c) => c.notNull())
      .addColumn('kind', text, (c) => c.notNull())
      .addColumn('body', text, (c) => c.notNull())
      .addColumn('received_at', integer, (c) => c.notNull())
      .modifyEnd(end).execute();
    await db.schema.createIndex('remote_votes_by_agent').on('remote_votes').columns(['agent_id', 'vote_id']).execute();
    await db.schema.createIndex('remote_votes_by_run').on('remote_votes').columns(['run_id']).execute();

    await db.schema.createTable('situations')
      .addColumn('signal_id', text, (c) => c.primaryKey().notNull())
      .addColumn('run_id', text, (c) => c.notNull())
      .addColumn('symbol', text, (c) => c.notNull())
      .addColumn('interval', text, (c) => c.notNull())
      .addColumn('source', text, (c) => c.notNull())
      .addColumn('as_of', integer, (c) => c.notNull())
      .addColumn('candle_time', integer, (c) => c.notNull())
      .addColumn('action', text, (c) => c.notNull())
      .addColumn('horizon_bars', integer, (c) => c.notNull())
      .addColumn('target_price', real)
      .addColumn('stop_loss', real)
      .addColumn('band', real, (c) => c.notNull())
      .addColumn('cost', real, (c) => c.notNull())
      .addColumn('stances', text, (c) => c.notNull())
      .addColumn('version', integer, (c) => c.notNull())
      .addColumn('vector', text)
      .addColumn('touched', text)
      .addColumn('status', text)
      .addColumn('resolved_at', integer)
      .addColumn('outcome_return', real)
      .addColumn('outcome', text)
      .addColumn('correct', integer)
      .addColumn('scores', text)
      .addColumn('created_at', integer, (c) => c.notNull())
      .addColumn('settled_at', integer)
      .modifyEnd(end).execute();
    await db.schema.createIndex('situations_open').on('situations').columns(['symbol', 'interval', 'candle_time']).where(sql<boolean>`status is null`).execute();
    // whose opinions of a candle are scored already
    await db.schema.createIndex('situations_scored').on('situations').columns(['symbol', 'interval', 'candle_time']).where(sql<boolean>`status = 'resolved'`).execute();
    // what was settled last, for the start and for other nodes
    await db.schema.createIndex('situations_settled').on('situations').columns(['settled_at', 'signal_id']).where(sql<boolean>`status = 'resolved'`).execute();

    await db.schema.createTable('news_items')
      .addColumn('id', text, (c) => c.primaryKey().notNull())
      .addColumn('fingerprint', text, (c) => c.notNull().unique())
      .addColumn('title', text, (c) => c.notNull())
      .addColumn('summary', text, (c) => c.notNull())
      .addColumn('source', text, (c) => c.notNull())
      .addColumn('url', text)
      .addColumn('published_at', integer, (c) => c.notNull())
      .addColumn('seen_at', integer, (c) => c.notNull())
      .addColumn('symbols', text, (c) => c.notNull())
      .addColumn('embedding', text)
      .modifyEnd(end).execute();
    await db.schema.createIndex('news_items_by_time').on('news_items').columns(['published_at', 'id']).execute();
    await db.schema.createIndex('news_items_by_seen').on('news_items').columns(['seen_at', 'id']).execute();
  },
});
