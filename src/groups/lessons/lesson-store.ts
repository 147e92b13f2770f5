import type { Kysely, Transaction } from 'kysely';
import type { Place } from '../../knowledge/tail.js';
import type { LessonsTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import type { ClosedTradesTable } from '../../storage/trading-schema.js';
import type { TradePlace } from '../../trading/closed-trade-queue.js';

export const placeOf = ({ created_at: at, lesson_id: id }: LessonsTable): Place => ({ at, id });

interface Embedding {
  readonly model: string;
  readonly vector: readonly number[];
}

export const embeddingIn = (text: string): Embedding => JSON.parse(text) as Embedding;

/** Lessons: one of a group's closed trade, for ever. */
export class LessonStore {
  constructor(private readonly db: Kysely<Schema>) {}

  /** A second one of a trade adds nothing. */
  async add(tx: Transaction<Schema>, row: LessonsTable): Promise<void> {
    await tx.insertInto('group_lessons').values(row).onConflict((conflict) => conflict.columns(['group_id', 'trade_id']).doNothing()).execute();
  }

  async has(groupId: string, tradeId: string): Promise<boolean> {
    return (await this.db.selectFrom('group_lessons').select('lesson_id').where('group_id', '=', groupId).where('trade_id', '=', tradeId).executeTakeFirst()) !== undefined;
  }

  async find(lessonId: string): Promise<LessonsTable | null> {
    return await this.db.selectFrom('group_lessons').selectAll().where('lesson_id', '=', lessonId).executeTakeFirst() ?? null;
  }

  /** Of a group, newest first, those before the id. */
  async page(groupId: string, limit: number, before: string | null): Promise<readonly LessonsTable[]> {
    const rows = this.db.selectFrom('group_lessons').selectAll().where('group_id', '=', groupId);
    return (before === null ? rows : rows.where('lesson_id', '<', before)).orderBy('lesson_id', 'desc').limit(limit).execute();
  }

  /** Of all groups, newest first, those behind the row. */
  before(last: LessonsTable | null, limit: number): Promise<LessonsTable[]> {
    let rows = this.db.selectFrom('group_lessons').selectAll();
    if (last) rows = rows.where('created_at', '<=', last.created_at).where(({ eb, or }) => or([eb('created_at', '<', last.created_at), eb('lesson_id', '<', last.lesson_id)]));
    return rows.orderBy('created_at', 'desc').orderBy('lesson_id', 'desc').limit(limit).execute();
  }

  /** Of all groups, oldest first, those behind the place. */
  after({ at, id }: Place, limit: number): Promise<LessonsTable[]> {
    return this.db.selectFrom('group_lessons').selectAll().where('created_at', '>=', at).where(({ eb, or }) => or([eb('created_at', '>', at), eb('lesson_id', '>', id)]))
      .orderBy('created_at').orderBy('lesson_id').limit(limit).execute();
  }

  /** Trades of the accounts that groups have opened and nothing was learnt of, oldest first. */
  pending(accounts: readonly string[], after: TradePlace | null, limit: number): Promise<ClosedTradesTable[]> {
    let rows = this.db.selectFrom('closed_trades as t').innerJoin('decisions as d', 'd.decision_id', 't.opened_by')
      .leftJoin('group_lessons as l', (join) => join.onRef('l.group_id', '=', 'd.origin_id').onRef('l.trade_id', '=', 't.trade_id'))
      .selectAll('t').where('t.account_id', 'in', [...accounts]).where('d.origin', '=', 'group').where('l.lesson_id', 'is', null);
    if (after) rows = rows.where(({ eb, or, and }) => or([eb('t.closed_at', '>', after.closed_at), and([eb('t.closed_at', '=', after.closed_at), eb('t.trade_id', '>', after.trade_id)])]));
    return rows.orderBy('t.closed_at').orderBy('t.trade_id').limit(limit).execute();
  }
}
