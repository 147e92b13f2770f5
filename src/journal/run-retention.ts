import type { Kysely } from 'kysely';
import type { Schema } from '../storage/schema.js';
import type { Sweep } from '../storage/sweeper.js';
import { idAt } from './model-logs.js';
import { SWEPT } from './run-inputs.js';

const DAY = 86_400_000;
/** Ids that one query looks at. */
const PAGE = 1000;
/** Runs, or calls, of one batch: some hundred kilobytes, as a rule. */
const BATCH = 20;

/**
 * What runs were built from, and what models were asked and said, goes after `keepDays` of wall time: inputs and calls of a
 * run in one transaction, so that what is there can be built again. Of a run's inputs the decision's hash stays.
 */
export class RunRetention implements Sweep {
  /** The last run, and the last call, that were looked at: ids are in the order of time. */
  private run = '';
  private call = '';

  constructor(private readonly db: Kysely<Schema>, private readonly keepDays: number, private readonly clock: () => number = Date.now) {}

  async *sweep(): AsyncGenerator<number, void, undefined> {
    const before = idAt(this.clock() - this.keepDays * DAY);
    yield* this.runs(before);
    yield* this.calls(before);
  }

  private async *runs(before: string): AsyncGenerator<number, void, undefined> {
    for (;;) {
      const page = await this.db.selectFrom('run_inputs').select('run_id').where('run_id', '>', this.run).where('run_id', '<', before).orderBy('run_id').limit(PAGE).execute();
      for (const ids of chunks(page.map(({ run_id: id }) => id))) {
        yield await this.forget(await this.whole(ids));
        this.run = ids.at(-1)!;
      }
      if (page.length < PAGE) return;
    }
  }

  /** Those of the runs that were not swept yet. */
  private async whole(ids: readonly string[]): Promise<string[]> {
    const rows = await this.db.selectFrom('run_inputs').select('run_id').where('run_id', 'in', [...ids]).where('inputs', '<>', SWEPT).execute();
    return rows.map(({ run_id: id }) => id);
  }

  private async forget(runs: readonly string[]): Promise<number> {
    if (runs.length === 0) return 0;
    await this.db.transaction().execute(async (tx) => {
      await tx.deleteFrom('model_calls').where('run_id', 'in', [...runs]).execute();
      await tx.updateTable('run_inputs').set({ inputs: SWEPT, decision: SWEPT }).where('run_id', 'in', [...runs]).execute();
    });
    return runs.length;
  }

  /** Of runs that came to nothing, of agents, of lessons: nothing is built of them again. */
  private async *calls(before: string): AsyncGenerator<number, void, undefined> {
    for (;;) {
      const page = await this.db.selectFrom('model_calls').select('call_id').where('call_id', '>', this.call).where('call_id', '<', before).orderBy('call_id').limit(PAGE).execute();
      for (const ids of chunks(page.map(({ call_id: id }) => id))) {
        const { numDeletedRows } = await this.db.deleteFrom('model_calls').where('call_id', 'in', ids)
          .where(({ not, exists, selectFrom }) => not(exists(selectFrom('run_inputs as r').select('r.run_id').whereRef('r.run_id', '=', 'model_calls.run_id').where('r.run_id', '>=', before))))
          .executeTakeFirst();
        yield Number(numDeletedRows);
        this.call = ids.at(-1)!;
      }
      if (page.length < PAGE) return;
    }
  }
}

function* chunks(ids: readonly string[]): Generator<string[], void, undefined> {
  for (let at = 0; at < ids.length; at += BATCH) yield ids.slice(at, at + BATCH);
}
