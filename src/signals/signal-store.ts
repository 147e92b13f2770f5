import type { Insertable, Kysely, Transaction } from 'kysely';
import type { Action } from '../model/opinion.js';
import type { NewMessage } from '../rooms/message.js';
import { symbolRoom } from '../rooms/names.js';
import type { RoomWriter } from '../rooms/room-writer.js';
import type { SituationRow, Situations } from '../knowledge/situations.js';
import { PreparedRows } from '../storage/prepared.js';
import type { Schema, SignalsTable } from '../storage/schema.js';
import { signalMessageId, type Run } from './run.js';
import { situationOf } from './outcomes/pending.js';
import type { RunStore } from './run-store.js';
import type { Signal } from './signal.js';
import { signalUpdate } from './signal-update.js';
import { opinionRecords } from './opinion-record.js';
import { viewRecord } from './view-record.js';

/** What else belongs into the signal's transaction. */
type Also = (tx: Transaction<Schema>) => Promise<void>;

export interface SignalFilter {
  readonly symbol?: string | undefined;
  readonly action?: Action | undefined;
  /** Market time, inclusive. */
  readonly from?: number | undefined;
  /** Market time, exclusive. */
  readonly to?: number | undefined;
}

/** A place in the list, newest first. */
export interface SignalCursor {
  readonly timestamp: number;
  readonly signalId: string;
}

export interface SignalMemory {
  readonly situations: Situations;
  /** To be followed until its horizon has passed. */
  readonly stored: (row: SituationRow) => void;
}

/** The rows of `signals`: written with the message that announces them, read newest first. */
export class SignalStore {
  private readonly rows = new PreparedRows<Insertable<SignalsTable>>(
    (db, rows) => db.insertInto('signals').values(rows).onConflict((conflict) => conflict.column('run_id').doNothing()),
    Object.values,
  );

  constructor(
    private readonly db: Kysely<Schema>,
    private readonly writer: RoomWriter,
    private readonly runs: RunStore,
    /** Keeps the state of the market with each signal, and is told once it is stored. */
    private readonly memory: SignalMemory | null = null,
  ) {}

  /** Stores the signal, the end of its run and all that was said in one transaction, then says it. Waits for a database that is away. */
  async commit(run: Run, signal: Signal, votes: readonly NewMessage[], giveUp: AbortSignal, also: Also): Promise<void> {
    const body = JSON.stringify(signalUpdate(signal));
    const situation = this.memory && situationOf(signal);
    const announcement = {
      room: symbolRoom(run.symbol), messageId: signalMessageId(run.runId), type: 'signal_update', body, marketTime: signal.view.asOf,
    };
    await this.writer.sayUntilStored({
      store: async (tx) => {
        await this.insert(tx, run, signal, body);
        await also(tx);
        if (situation) await this.memory!.situations.insert(tx, situation);
      },
      messages: [...votes, announcement],
    }, giveUp);
    if (situation) this.memory!.stored(situation);
  }

  async list(filter: SignalFilter, limit: number, after: SignalCursor | null): Promise<readonly SignalsTable[]> {
    let query = this.db.selectFrom('signals').selectAll();
    if (filter.symbol !== undefined) query = query.where('symbol', '=', filter.symbol);
    if (filter.action !== undefined) query = query.where('action', '=', filter.action);
    if (filter.from !== undefined) query = query.where('timestamp', '>=', filter.from);
    if (filter.to !== undefined) query = query.where('timestamp', '<', filter.to);
    if (after) {
      query = query.where(({ eb, or, and }) => or([
        eb('timestamp', '<', after.timestamp),
        and([eb('timestamp', '=', after.timestamp), eb('signal_id', '<', after.signalId)]),
      ]));
    }
    return query.orderBy('timestamp', 'desc').orderBy('signal_id', 'desc').limit(limit).execute();
  }

  async find(signalId: string): Promise<SignalsTable | undefined> {
    return this.db.selectFrom('signals').selectAll().where('signal_id', '=', signalId).executeTakeFirst();
  }

  /** Market time of the signal that took this one's place; null while it is its symbol's newest. */
  async supersededAt({ symbol, timestamp, created_at: createdAt, signal_id: signalId }: SignalsTable): Promise<number | null> {
    const next = await this.db.selectFrom('signals').select('timestamp')
      .where('symbol', '=', symbol).where('signal_id', '!=', signalId)
      .where(({ eb, or, and }) => or([
        eb('timestamp', '>', timestamp), and([eb('timestamp', '=', timestamp), eb('created_at', '>', createdAt)]),
      ]))
      .orderBy('timestamp').limit(1).executeTakeFirst();
    return next?.timestamp ?? null;
  }

  private async insert(tx: Transaction<Schema>, run: Run, signal: Signal, body: string): Promise<void> {
    const { view, verdict } = signal;
    await this.rows.execute(tx, [{
      signal_id: signal.signalId,
      run_id: run.runId,
      symbol: run.symbol,
      interval: view.interval,
      action: verdict.action,
      confidence: verdict.confidence,
      price: view.price,
      timestamp: view.asOf,
      valid_until: signal.validUntil,
      depth: run.depth,
      source: view.source,
      body,
      view: JSON.stringify(viewRecord(view)),
      opinions: JSON.stringify(opinionRecords(signal.votes)),
      created_at: Date.now(),
    }]);
    await this.runs.done(tx, run, view.asOf, signal.signalId);
  }
}
