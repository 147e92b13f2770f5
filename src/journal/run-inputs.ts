import type { Insertable, Kysely, Transaction } from 'kysely';
import { PreparedRows } from '../storage/prepared.js';
import type { Schema } from '../storage/schema.js';
import { decisionHash, type DecisionRecord } from './decision.js';
import type { InputsRecord } from './inputs-record.js';
import { packed, unpacked } from './stored-text.js';

export interface StoredRun {
  readonly swept?: false;
  readonly inputs: InputsRecord;
  readonly decision: DecisionRecord;
  /** SHA-256 of the decision, hexadecimal, as it was when it was stored. */
  readonly decisionHash: string;
}

/** What it was built from was too old to be kept (`RunRetention`). */
export interface SweptRun {
  readonly swept: true;
  readonly decisionHash: string;
}

/** Stands where inputs and decision were. */
export const SWEPT = '';

/** What each run was built from and what came of it. */
export class RunInputs {
  private readonly rows = new PreparedRows<Insertable<Schema['run_inputs']>>(
    (db, rows) => db.insertInto('run_inputs').values(rows).onConflict((conflict) => conflict.column('run_id').doNothing()),
    Object.values,
  );

  constructor(private readonly db: Kysely<Schema>) {}

  /** A run done twice keeps what it was first. */
  async insert(tx: Transaction<Schema>, inputs: InputsRecord, decision: DecisionRecord): Promise<void> {
    await this.rows.execute(tx, [{
      run_id: inputs.runId,
      symbol: inputs.view.instrument.symbol,
      as_of: inputs.view.asOf,
      inputs: packed(JSON.stringify(inputs)),
      decision: packed(JSON.stringify(decision)),
      decision_hash: decisionHash(decision),
    }]);
  }

  async find(runId: string): Promise<StoredRun | SweptRun | null> {
    const row = await this.db.selectFrom('run_inputs').selectAll().where('run_id', '=', runId).executeTakeFirst();
    if (row?.inputs === SWEPT) return { swept: true, decisionHash: row.decision_hash };
    return row ? {
      inputs: JSON.parse(unpacked(row.inputs)) as InputsRecord,
      decision: JSON.parse(unpacked(row.decision)) as DecisionRecord,
      decisionHash: row.decision_hash,
    } : null;
  }
}
