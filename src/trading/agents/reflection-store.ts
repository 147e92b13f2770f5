import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '../../storage/schema.js';
import type { ClosedTradesTable, ReflectionsTable } from '../../storage/trading-schema.js';
import type { TradePlace } from '../closed-trade-queue.js';

/** What a later run is told of an earlier trade. */
export interface Lesson {
  readonly symbol: string;
  readonly thought: string;
  readonly happened: string;
  readonly change: string;
  /** Of the position's worth at entry, after fees. */
  readonly outcomeReturn: number;
  /** Market time, epoch milliseconds. */
  readonly at: number;
}

export interface ReflectionFilter {
  readonly accountId?: string | undefined;
  readonly symbol?: string | undefined;
}

export interface ReflectionCursor {
  readonly at: number;
  readonly id: string;
}

/** Reflections on closed trades: one for each, for ever. */
export class ReflectionStore {
  constructor(private readonly db: Kysely<Schema>) {}

  /** Newest first. */
  async latestLessons(accountId: string, symbol: string | undefined, limit: number): Promise<readonly Lesson[]> {
    const rows = await this.list({ accountId, symbol }, limit, null);
    return rows.map(({ symbol: of, thought, happened, change, outcome_return: outcomeReturn, at }) => ({ symbol: of, thought, happened, change, outcomeReturn, at }));
  }

  /** Newest first, those behind the cursor. */
  list({ accountId, symbol }: ReflectionFilter, limit: number, behind: ReflectionCursor | null): Promise<ReflectionsTable[]> {
    return this.db.selectFrom('reflections').selectAll()
      .$if(accountId !== undefined, (query) => query.where('account_id', '=', accountId!))
      .$if(symbol !== undefined, (query) => query.where('symbol', '=', symbol!))
      .$if(behind !== null, (query) => query.where((where) => where.or([
        where('at', '<', behind!.at), where.and([where('at', '=', behind!.at), where('reflection_id', '<', behind!.id)]),
      ])))
      .orderBy('at', 'desc').orderBy('reflection_id', 'desc').limit(limit).execute();
  }

  /** A second one of a trade adds nothing. */
  async add(tx: Transaction<Schema>, row: ReflectionsTable): Promise<void> {
    await tx.insertInto('reflections').values(row).onConflict((conflict) => conflict.column('trade_id').doNothing()).execute();
  }

  async has(tradeId: string): Promise<boolean> {
    return (await this.db.selectFrom('reflections').select('trade_id').where('trade_id', '=', tradeId).executeTakeFirst()) !== undefined;
  }

  /** Trades of the accounts that were not reflected on, oldest first, those behind the place. */
  pending(accounts: readonly string[], after: TradePlace | null, limit: number): Promise<ClosedTradesTable[]> {
    return this.db.selectFrom('closed_trades as t').leftJoin('reflections as r', 'r.trade_id', 't.trade_id').selectAll('t')
      .where('r.trade_id', 'is', null).where('t.account_id', 'in', [...accounts])
      .$if(after !== null, (query) => query.where((where) => where.or([
        where('t.closed_at', '>', after!.closed_at), where.and([where('t.closed_at', '=', after!.closed_at), where('t.trade_id', '>', after!.trade_id)]),
      ])))
      .orderBy('t.closed_at').orderBy('t.trade_id').limit(limit).execute();
  }
}
