import type { Kysely, SelectQueryBuilder } from 'kysely';
import { sql } from 'kysely';
import type { AbstainReason } from '../model/opinion.js';
import type { ModelCallsTable, Schema } from '../storage/schema.js';
import { sizeOf } from './call-row.js';

export interface ModelLogFilter {
  readonly symbol?: string | undefined;
  readonly agent?: string | undefined;
  readonly runId?: string | undefined;
  readonly outcome?: 'OK' | AbstainReason | undefined;
  readonly model?: string | undefined;
  /** Wall time at which the call began, inclusive. */
  readonly from?: number | undefined;
  /** Exclusive. */
  readonly to?: number | undefined;
  /** Stands in the messages or the reply; ASCII letters of either case. */
  readonly q?: string | undefined;
}

/** Calls that were looked at: those of them that fit, and the last of them, where the next look goes on; null: there are no more. */
interface Look {
  readonly rows: readonly ModelCallsTable[];
  readonly looked: number;
  readonly last: string | null;
}

/** Rows of one look, by what the last one weighed: SQLite reads in the loop's thread, and a row may have 400 kB. */
const LEAST_ROWS = 4;
const MOST_ROWS = 200;
const LOOK_BYTES = 1024 * 1024;
const FIRST_ROWS = 20;
/** Of one look that searches text: what does not fit is not weighed. */
const SEARCHED_AT_ONCE = 50;
/** Bounds of one page of the list: what it weighs, and how many calls a search of text looks at. */
const PAGE_BYTES = 4 * 1024 * 1024;
const SEARCHED_ROWS = 5000;
/** How far the time in a call's id may be from the time at which the call began. */
const ID_MARGIN_MS = 86_400_000;

/** The decision log, read newest first: by `call_id`, which is in the order of time. */
export class ModelLogs {
  constructor(private readonly db: Kysely<Schema>) {}

  async find(callId: string): Promise<ModelCallsTable | undefined> {
    return this.db.selectFrom('model_calls').selectAll().where('call_id', '=', callId).executeTakeFirst();
  }

  /**
   * Up to `limit` calls before `before`, newest first; `next` is where the page after goes on, null: there are no more.
   * Where calls are long, or a searched text is rare, a page has less than `limit`, even none, although there is a next.
   */
  async page(filter: ModelLogFilter, limit: number, before: string | null): Promise<{ readonly rows: readonly ModelCallsTable[]; readonly next: string | null }> {
    const rows: ModelCallsTable[] = [];
    let bytes = 0;
    let looked = 0;
    for await (const look of this.looks(filter, before)) {
      for (const row of look.rows) {
        rows.push(row);
        bytes += sizeOf(row);
        if (rows.length === limit || bytes >= PAGE_BYTES) return { rows, next: await this.goesOnAfter(filter, row.call_id) };
      }
      looked += look.looked;
      if (filter.q !== undefined && look.last !== null && looked >= SEARCHED_ROWS) return { rows, next: look.last };
    }
    return { rows, next: null };
  }

  /** All of it in parts of about 1 MiB, each read when it is asked for. */
  async *parts(filter: ModelLogFilter): AsyncGenerator<readonly ModelCallsTable[], void, undefined> {
    for await (const { rows } of this.looks(filter, null)) yield rows;
  }

  private async *looks(filter: ModelLogFilter, before: string | null): AsyncGenerator<Look, void, undefined> {
    let size = filter.q === undefined ? FIRST_ROWS : SEARCHED_AT_ONCE;
    for (let after = before; ; ) {
      const ids = await this.ids(filter, size, after);
      if (ids.length === 0) return;
      const rows = await this.rows(ids, filter.q);
      const last = ids.length < size ? null : ids.at(-1)!;
      yield { rows, looked: ids.length, last };
      if (last === null) return;
      after = last;
      if (filter.q === undefined) size = nextSize(rows);
      await new Promise((resolve) => setImmediate(resolve)); // on SQLite a look is one turn of the loop
    }
  }

  /** The long columns are read in a second query, so that no sort or filter drags them along. */
  private async ids(filter: ModelLogFilter, limit: number, before: string | null): Promise<readonly string[]> {
    let query = narrowed(this.db.selectFrom('model_calls').select('call_id'), filter);
    if (before !== null) query = query.where('call_id', '<', before);
    const rows = await query.orderBy('call_id', 'desc').limit(limit).execute();
    return rows.map(({ call_id: id }) => id);
  }

  private rows(ids: readonly string[], q: string | undefined): Promise<ModelCallsTable[]> {
    let query = this.db.selectFrom('model_calls').selectAll().where('call_id', 'in', ids);
    if (q !== undefined) {
      query = query.where(({ or }) => or([
        sql<boolean>`lower(messages) like ${like(JSON.stringify(q).slice(1, -1))} escape '\\'`, // messages are JSON
        sql<boolean>`lower(reply) like ${like(q)} escape '\\'`,
      ]));
    }
    return query.orderBy('call_id', 'desc').execute();
  }

  private async goesOnAfter(filter: ModelLogFilter, callId: string): Promise<string | null> {
    return (await this.ids(filter, 1, callId)).length > 0 ? callId : null;
  }
}

type CallsQuery = SelectQueryBuilder<Schema, 'model_calls', { call_id: string }>;

function narrowed(query: CallsQuery, { symbol, agent, runId, outcome, model, from, to }: ModelLogFilter): CallsQuery {
  let narrow = query;
  if (symbol !== undefined) narrow = narrow.where('symbol', '=', symbol);
  if (agent !== undefined) narrow = narrow.where('agent_id', '=', agent);
  if (runId !== undefined) narrow = narrow.where('run_id', '=', runId);
  if (outcome !== undefined) narrow = narrow.where('outcome', '=', outcome);
  if (model !== undefined) narrow = narrow.where('model', '=', model);
  // ids hold the time (UUIDv7), so that a range of time is a range of the index that is read anyway
  if (from !== undefined) narrow = narrow.where('started_at', '>=', from).where('call_id', '>=', idAt(from - ID_MARGIN_MS));
  if (to !== undefined) narrow = narrow.where('started_at', '<', to).where('call_id', '<', idAt(to + ID_MARGIN_MS));
  return narrow;
}

/** Not after any UUIDv7 of that millisecond (RFC 9562, 5.7), and before all later ones. */
export function idAt(time: number): string {
  const hex = Math.max(0, Math.floor(time)).toString(16).padStart(12, '0').slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** PostgreSQL in collation "C" and SQLite both lower ASCII alone. */
const like = (text: string): string => `%${text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[\\%_]/g, '\\$&')}%`;

const nextSize = (rows: readonly ModelCallsTable[]): number => {
  const mean = rows.reduce((bytes, row) => bytes + sizeOf(row), 0) / rows.length;
  return Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.floor(LOOK_BYTES / mean)));
};
