import { setImmediate as nextTurn, setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Outage } from '../storage/outage.js';
import { PreparedRows } from '../storage/prepared.js';
import type { Schema } from '../storage/schema.js';
import { CallLog } from './call-log.js';
import { answerOf, callRow, sizeOf, type CallRow } from './call-row.js';
import type { ModelAnswer, ModelCall } from './model-call.js';

/** Of one commit. SQLite writes in the event loop's thread: measured, 512 KiB take 4 to 8 ms. */
const MOST_ROWS = 64;
const MOST_BYTES = 512 * 1024;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;
/** Of a row that the database refuses although it answers. */
const MOST_TRIES = 4;

interface Waiting {
  readonly row: CallRow;
  readonly bytes: number;
  readonly stored: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

export interface SqlCallLogNeeds {
  readonly db: Kysely<Schema>;
  /** True: the same insert may succeed later. */
  readonly isUnavailable: (error: unknown) => boolean;
  readonly outage: Outage;
  /** What must be in no row. */
  readonly secrets: readonly string[];
  /** A row that the database refuses although it answers; its `append` rejects with the same. */
  readonly onFault: (error: Error) => void;
}

/**
 * Rows gather for a turn of the event loop and commit together, in order. While the database is away they wait: no call is
 * made without a reservation, and that needs the database, so what can gather is what was in flight.
 */
export class SqlCallLog extends CallLog {
  private waiting: Waiting[] = [];
  private readonly inHand = new Set<Waiting>();
  private writing = false;
  private readonly giveUp = new AbortController();
  private readonly listeners: ((call: ModelCall) => void)[] = [];
  private readonly rows = new PreparedRows<CallRow>(
    // again after a COMMIT whose answer was lost: what is there stays
    (db, rows) => db.insertInto('model_calls').values(rows).onConflict((conflict) => conflict.column('call_id').doNothing()),
    Object.values,
  );

  constructor(private readonly needs: SqlCallLogNeeds) {
    super();
  }

  /** Each call when it is taken. */
  observe(listener: (call: ModelCall) => void): void {
    this.listeners.push(listener);
  }

  append(call: ModelCall): Promise<void> {
    const row = callRow(call, this.needs.secrets);
    let settle: Pick<Waiting, 'resolve' | 'reject'> | undefined;
    const stored = new Promise<void>((resolve, reject) => { settle = { resolve, reject }; });
    stored.catch(() => undefined); // for callers that do not wait: `onFault` has said it
    this.waiting.push({ row, bytes: sizeOf(row), stored, ...settle! });
    if (!this.writing) void this.write();
    for (const listener of this.listeners) listener(call);
    return stored;
  }

  async stored(runId: string): Promise<void> {
    await Promise.all([...this.inHand, ...this.waiting].filter(({ row }) => row.run_id === runId).map(({ stored }) => stored));
  }

  async recorded(hash: string, attempt: number, ordinal: number, runId?: string): Promise<ModelAnswer | null> {
    let query = this.needs.db.selectFrom('model_calls').selectAll().where('request_hash', '=', hash).where('attempt', '=', attempt);
    if (runId !== undefined) query = query.where('run_id', '=', runId);
    const row = await query.orderBy('call_id').limit(1).offset(ordinal).executeTakeFirst();
    return row ? answerOf(row) : null;
  }

  /** Rows that are not stored yet. */
  get pending(): number {
    return this.inHand.size + this.waiting.length;
  }

  /** Resolves when all is stored, or after `graceMs` with the number of rows that are lost because the database is still away. */
  async drain(graceMs: number): Promise<number> {
    const done = new AbortController();
    const all = Promise.allSettled([...this.inHand, ...this.waiting].map(({ stored }) => stored));
    await Promise.race([all, setTimeout(graceMs, undefined, { signal: done.signal }).catch(() => undefined)]);
    done.abort();
    const lost = this.pending;
    if (lost > 0) this.giveUp.abort();
    for (const { row, reject } of [...this.inHand, ...this.waiting]) reject(new Error(`The process ends before the database is back: call ${row.call_id} is not in the decision log`));
    return lost;
  }

  private async write(): Promise<void> {
    this.writing = true;
    await nextTurn();
    while (this.waiting.length > 0 && !this.giveUp.signal.aborted) {
      const batch = this.nextBatch();
      for (const each of batch) this.inHand.add(each);
      await this.storeUntilStored(batch);
      await nextTurn(); // on SQLite all of the above is one turn
    }
    this.writing = false;
  }

  private nextBatch(): readonly Waiting[] {
    let bytes = 0;
    const size = this.waiting.findIndex((each, at) => at === MOST_ROWS || ((bytes += each.bytes) > MOST_BYTES && at > 0));
    return this.waiting.splice(0, size === -1 ? this.waiting.length : size);
  }

  private async storeUntilStored(batch: readonly Waiting[]): Promise<void> {
    const { isUnavailable, outage } = this.needs;
    const { signal } = this.giveUp;
    for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        await this.store(batch);
        outage.back();
        return this.done(batch);
      } catch (error) {
        if (!isUnavailable(error)) return this.storeSingly(batch, asError(error));
        outage.lost(asError(error));
        await setTimeout(wait, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** One bad row must not take the others with it, nor hold up what comes behind it. */
  private async storeSingly(batch: readonly Waiting[], why: Error): Promise<void> {
    if (batch.length === 1) return this.storeOrRefuse(batch[0]!, why);
    for (const one of batch) await this.storeUntilStored([one]);
  }

  private async storeOrRefuse(one: Waiting, first: Error): Promise<void> {
    let error = first;
    for (let tries = 2; tries <= MOST_TRIES; tries += 1) {
      try {
        await this.store([one]);
        return this.done([one]);
      } catch (again) {
        if (this.needs.isUnavailable(again)) return this.storeUntilStored([one]);
        error = asError(again);
      }
    }
    this.inHand.delete(one);
    const fault = new Error(`The database refuses call ${one.row.call_id} of run ${one.row.run_id}: it is not in the decision log`, { cause: error });
    this.needs.onFault(fault);
    one.reject(fault);
  }

  private done(batch: readonly Waiting[]): void {
    for (const each of batch) {
      this.inHand.delete(each);
      each.resolve();
    }
  }

  private store(batch: readonly Waiting[]): Promise<void> {
    const rows = batch.map(({ row }) => row);
    return this.needs.db.transaction().execute(async (tx) => void await this.rows.execute(tx, rows));
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
