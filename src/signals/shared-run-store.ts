import type { Kysely, Transaction } from 'kysely';
import type { Fence, Leases } from '../storage/leases.js';
import type { Schema } from '../storage/schema.js';
import type { Run } from './run.js';
import { fromRow, RunOver, toRow } from './run-store.js';
import type { AskedRun, RunEnd } from './runs.js';

/** What a worker must know before it takes a run. */
export interface OpenRun {
  readonly runId: string;
  readonly symbol: string;
  /** Market time that its market must have reached; null: any. */
  readonly notBefore: number | null;
  /** Wall time. */
  readonly requestedAt: number;
}

/** Rows of `runs` as several nodes share them: the database decides whose run is the open one. */
export class SharedRunStore {
  constructor(private readonly db: Kysely<Schema>, private readonly leases: Leases) {}

  /** Makes the row, or joins the open one of this symbol and depth. @throws Deposed */
  async ask(run: Run, notBefore: number | null, fence: Fence | null): Promise<AskedRun> {
    for (;;) {
      const fresh = await this.db.transaction().execute(async (tx) => {
        if (fence) await this.leases.check(tx, fence);
        const { numInsertedOrUpdatedRows: made } = await tx.insertInto('runs')
          .values({ ...toRow(run), status: 'open', not_before: notBefore })
          .onConflict((conflict) => conflict.doNothing()).executeTakeFirstOrThrow();
        return made === 1n;
      });
      if (fresh) return { runId: run.runId, shared: false };
      const there = await this.inTheWayOf(run);
      if (there.includes(run.runId)) return { runId: run.runId, shared: false }; // the answer to its COMMIT was lost
      if (there[0] !== undefined) return { runId: there[0], shared: true };
    }
  }

  /** The run is this worker's now, as its next attempt; null where it has ended. */
  async claim(runId: string): Promise<Run | null> {
    const row = await this.db.updateTable('runs').set(({ eb }) => ({ attempt: eb('attempt', '+', 1) }))
      .where('run_id', '=', runId).where('status', '=', 'open').returningAll().executeTakeFirst();
    return row ? fromRow(row) : null;
  }

  /** For what a run says before its end. @throws RunOver where it is another's by now */
  async check(tx: Transaction<Schema>, { runId, attempt }: Run): Promise<void> {
    const mine = await tx.selectFrom('runs').select('run_id')
      .where('run_id', '=', runId).where('status', '=', 'open').where('attempt', '=', attempt).executeTakeFirst();
    if (!mine) throw new RunOver(runId);
  }

  /** Open for longer than `ms` of this node's clock, oldest first. */
  async unfinished(ms: number, limit: number): Promise<readonly OpenRun[]> {
    const rows = await this.db.selectFrom('runs').select(['run_id', 'symbol', 'not_before', 'requested_at'])
      .where('status', '=', 'open').where('requested_at', '<', Date.now() - ms).orderBy('requested_at').limit(limit).execute();
    return rows.map((row) => ({ runId: row.run_id, symbol: row.symbol, notBefore: row.not_before, requestedAt: row.requested_at }));
  }

  /** Which of these have ended. */
  async ends(runIds: readonly string[]): Promise<readonly RunEnd[]> {
    if (runIds.length === 0) return [];
    const rows = await this.db.selectFrom('runs as r').leftJoin('signals as s', 's.run_id', 'r.run_id')
      .select(['r.run_id', 'r.symbol', 's.price', 's.timestamp'])
      .where('r.run_id', 'in', runIds).where('r.status', '!=', 'open').execute();
    return rows.map(({ run_id: runId, symbol, price, timestamp }) => ({
      runId, symbol, seen: price === null || timestamp === null ? null : { price, asOf: timestamp },
    }));
  }

  private async inTheWayOf({ runId, symbol, depth }: Run): Promise<readonly string[]> {
    const rows = await this.db.selectFrom('runs').select('run_id')
      .where(({ eb, or, and }) => or([
        eb('run_id', '=', runId), and([eb('symbol', '=', symbol), eb('depth', '=', depth), eb('status', '=', 'open')]),
      ])).execute();
    return rows.map((row) => row.run_id);
  }
}
