import { sql, type Insertable, type Kysely, type Selectable, type Transaction } from 'kysely';
import type { Trigger } from '../model/trigger.js';
import { PreparedRows } from '../storage/prepared.js';
import type { RunsTable, Schema } from '../storage/schema.js';
import type { Run } from './run.js';

/** The run has ended already, or another attempt has it: what this one says is not stored. */
export class RunOver extends Error {
  constructor(runId: string) {
    super(`run ${runId} has ended, or is another worker's by now: nothing more of it is stored`);
    this.name = 'RunOver';
  }
}

/** The rows of `runs`. What writes takes the transaction in which it belongs. */
export class RunStore {
  private readonly insert = new PreparedRows<Insertable<RunsTable>>(
    (db, rows) => db.insertInto('runs').values(rows).onConflict((conflict) => conflict.column('run_id').doNothing()),
    Object.values,
  );
  private readonly upsert = new PreparedRows<Insertable<RunsTable>, Pick<RunsTable, 'run_id'>>(
    (db, rows) => db.insertInto('runs').values(rows).onConflict((conflict) => conflict.column('run_id').doUpdateSet(({ ref }) => ({
      status: ref('excluded.status'), as_of: ref('excluded.as_of'), ended_at: ref('excluded.ended_at'),
      signal_id: ref('excluded.signal_id'), error: ref('excluded.error'),
    })).where(MAY_END)).returning('run_id'),
    Object.values,
  );

  constructor(private readonly db: Kysely<Schema>) {}

  async open(tx: Transaction<Schema>, run: Run): Promise<void> {
    await this.insert.execute(tx, [{ ...toRow(run), status: 'open' }]);
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
    return rows.map(fromRow);
  }

  /** Also where the row could not be stored when the run began. The first end stands. @throws RunOver */
  private async end(tx: Transaction<Schema>, run: Run, end: End): Promise<void> {
    const stored = await this.upsert.execute(tx, [{ ...toRow(run), ...NOT_ENDED, ...end }]);
    if (stored.length === 0) throw new RunOver(run.runId);
  }
}

/** Open and still this attempt's; or ended so by it already, where the answer to its COMMIT was lost. */
const MAY_END = sql<boolean>`runs.attempt = excluded.attempt and (runs.status = 'open'
  or (runs.status = excluded.status and coalesce(runs.signal_id, '') = coalesce(excluded.signal_id, '')))`;

type End = Pick<RunsTable, 'status' | 'ended_at'> & Partial<Pick<RunsTable, 'as_of' | 'signal_id' | 'error'>>;
const NOT_ENDED = { status: 'open', as_of: null, ended_at: null, signal_id: null, error: null } as const;

export const fromRow = (row: Selectable<RunsTable>): Run => ({
  runId: row.run_id, symbol: row.symbol, depth: row.depth, trigger: JSON.parse(row.trigger) as Trigger,
  requestedAt: row.requested_at, attempt: row.attempt,
});

export const toRow = (run: Run) => ({
  run_id: run.runId, symbol: run.symbol, depth: run.depth, trigger: JSON.stringify(run.trigger),
  requested_at: run.requestedAt, attempt: run.attempt,
});
