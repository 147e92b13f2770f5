import type { Kysely, Transaction, Updateable } from 'kysely';
import type { Trigger } from '../model/trigger.js';
import type { RunsTable, RunStatus, Schema } from '../storage/schema.js';
import type { Run } from './run.js';

/** The rows of `runs`. What writes takes the transaction in which it belongs. */
export class RunStore {
  constructor(private readonly db: Kysely<Schema>) {}

  async open(tx: Transaction<Schema>, run: Run): Promise<void> {
    await tx.insertInto('runs').values({ ...toRow(run), status: 'open' })
      .onConflict((conflict) => conflict.column('run_id').doNothing()).execute();
  }

  async done(tx: Transaction<Schema>, run: Run, asOf: number, signalId: string): Promise<void> {
    await this.end(tx, run, { status: 'done', as_of: asOf, ended_at: Date.now(), signal_id: signalId });
  }

  async failed(tx: Transaction<Schema>, run: Run, error: string): Promise<void> {
    await this.end(tx, run, { status: 'failed', ended_at: Date.now(), error });
  }

  /** Runs that were asked for and never ended, oldest first; each counts as begun once more. */
  async takeUp(): Promise<readonly Run[]> {
    await this.db.updateTable('runs').set(({ eb }) => ({ attempt: eb('attempt', '+', 1) })).where('status', '=', 'open').execute();
    const rows = await this.db.selectFrom('runs').selectAll().where('status', '=', 'open').orderBy('requested_at').execute();
    return rows.map((row) => ({
      runId: row.run_id, symbol: row.symbol, depth: row.depth, trigger: JSON.parse(row.trigger) as Trigger,
      requestedAt: row.requested_at, attempt: row.attempt,
    }));
  }

  /** Also where the row could not be stored when the run began. The first end stands. */
  private async end(tx: Transaction<Schema>, run: Run, end: Updateable<RunsTable> & { status: RunStatus }): Promise<void> {
    await tx.insertInto('runs').values({ ...toRow(run), ...end })
      .onConflict((conflict) => conflict.column('run_id').doUpdateSet(end).where('runs.status', '=', 'open')).execute();
  }
}

const toRow = (run: Run) => ({
  run_id: run.runId, symbol: run.symbol, depth: run.depth, trigger: JSON.stringify(run.trigger),
  requested_at: run.requestedAt, attempt: run.attempt,
});
