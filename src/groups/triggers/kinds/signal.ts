import type { Kysely } from 'kysely';
import { ACTIONS, type Action } from '../../../model/opinion.js';
import { isSimulated } from '../../../model/price-update.js';
import type { Strength } from '../../../model/verdict.js';
import type { Schema, SignalsTable } from '../../../storage/schema.js';
import type { BuiltIn, Outlet } from '../built-in.js';
import type { ConfigFields, SymbolNames } from '../config-fields.js';

/** From weak to strong. */
const STRENGTHS = ['NONE', 'MODERATE', 'STRONG', 'UNANIMOUS'] as const satisfies readonly Strength[];

export interface SignalConfig {
  /** Empty: all. */
  readonly symbols: readonly string[];
  /** Empty: all. */
  readonly actions: readonly Action[];
  readonly min_confidence: number;
  readonly min_strength: Strength;
}

export interface SignalState {
  /** Wall time up to which stored signals were looked at. */
  readonly cursor: number;
}

export interface SignalTriggerNeeds {
  readonly db: Kysely<Schema>;
  readonly outlet: Outlet;
  /** Market time: a signal that is no longer valid makes no event. */
  readonly marketNow: () => number;
  /** Wall time: it has the signals that are stored from then on. */
  readonly createdAt: number;
}

const MOST_SYMBOLS = 1000;
const PAGE = 200;
/** Signals become visible that much after their time of storing at most: the length of a commit, clocks of nodes that differ. */
const OVERLAP_MS = 20_000;
const SAVE_EVERY_MS = 60_000;

export function checkSignal(fields: ConfigFields, market: SymbolNames): SignalConfig {
  const actions = fields.textsOr('actions', ACTIONS.length, 10);
  const unknown = actions.find((action) => !ACTIONS.includes(action as Action));
  if (unknown !== undefined) fields.flaw('actions', `must be of ${ACTIONS.join(', ')}, and ${unknown} is none`, null);
  return {
    symbols: fields.symbols(fields.textsOr('symbols', MOST_SYMBOLS, 20), 'symbols', market),
    actions: actions as readonly Action[],
    min_confidence: fields.number('min_confidence', 0, 1, 0),
    min_strength: fields.oneOf('min_strength', STRENGTHS, 'NONE'),
  };
}

type Row = Pick<SignalsTable, 'signal_id' | 'symbol' | 'interval' | 'action' | 'confidence' | 'price' | 'timestamp' | 'valid_until' | 'source' | 'body' | 'created_at'>;

/**
 * An event for each stored signal that matches, while it is valid. The rows are read in the order of storing, with an
 * overlap for those that were stored a little late; the event's key makes one of what is read twice.
 */
export class SignalTrigger implements BuiltIn {
  private cursor: number;
  private saved: number;
  /** Signals of the overlap that are done with, by the time of storing. */
  private readonly done = new Map<string, number>();
  private stopped = false;

  constructor(private readonly config: SignalConfig, state: SignalState | null, private readonly needs: SignalTriggerNeeds) {
    this.cursor = this.saved = state?.cursor ?? needs.createdAt;
  }

  async signals(now: number): Promise<void> {
    const from = this.cursor - OVERLAP_MS;
    for (const [id, at] of this.done) if (at < from) this.done.delete(id);
    for (let after: Pick<Row, 'created_at' | 'signal_id'> | undefined = { created_at: from, signal_id: '' }; after;) {
      const rows: Row[] = await this.page(after);
      for (const row of rows) {
        if (this.stopped) return;
        await this.one(row);
      }
      after = rows.length === PAGE ? rows.at(-1) : undefined;
    }
    this.cursor = Math.max(this.cursor, now);
    if (this.cursor - this.saved < SAVE_EVERY_MS) return;
    await this.needs.outlet.save({ cursor: this.cursor } satisfies SignalState);
    this.saved = this.cursor;
  }

  stop(): void {
    this.stopped = true;
  }

  private page({ created_at: at, signal_id: id }: Pick<Row, 'created_at' | 'signal_id'>): Promise<Row[]> {
    const { symbols, actions, min_confidence: confidence } = this.config;
    let query = this.needs.db.selectFrom('signals')
      .select(['signal_id', 'symbol', 'interval', 'action', 'confidence', 'price', 'timestamp', 'valid_until', 'source', 'body', 'created_at'])
      .where('created_at', '>=', at)
      .where(({ eb, or }) => or([eb('created_at', '>', at), eb('signal_id', '>', id)]))
      .where('confidence', '>=', confidence);
    if (symbols.length > 0) query = query.where('symbol', 'in', [...symbols]);
    if (actions.length > 0) query = query.where('action', 'in', [...actions]);
    return query.orderBy('created_at').orderBy('signal_id').limit(PAGE).execute();
  }

  private async one(row: Row): Promise<void> {
    const { createdAt, marketNow, outlet } = this.needs;
    if (this.done.has(row.signal_id) || row.created_at < createdAt) return;
    const body = JSON.parse(row.body) as SignalBody;
    const strength = body.agents_consensus.consensus_strength;
    if (row.valid_until > marketNow() && STRENGTHS.indexOf(strength) >= STRENGTHS.indexOf(this.config.min_strength)) {
      await outlet.emit({
        title: `${row.action} ${row.symbol}, confidence ${row.confidence.toFixed(2)}, ${strength}${isSimulated(row.source) ? ' (simulated)' : ''}`,
        payload: JSON.stringify(payloadOf(row, body)),
      }, row.signal_id);
    }
    this.done.set(row.signal_id, row.created_at);
  }
}

/** The part of `signal_update`'s data that goes into the event. */
interface SignalBody {
  readonly agents_consensus: { readonly consensus_strength: Strength; readonly agreement: number };
  readonly probability: unknown;
  readonly metadata: { readonly reasoning: readonly string[]; readonly target_price: number | null; readonly stop_loss: number | null };
}

const iso = (at: number): string => new Date(at).toISOString();

const payloadOf = (row: Row, { agents_consensus: consensus, probability, metadata }: SignalBody): Readonly<Record<string, unknown>> => ({
  signal_id: row.signal_id, symbol: row.symbol, interval: row.interval, action: row.action, confidence: row.confidence, price: row.price,
  consensus_strength: consensus.consensus_strength, agreement: consensus.agreement, probability, target_price: metadata.target_price, stop_loss: metadata.stop_loss,
  reasoning: metadata.reasoning, source: row.source, simulated: isSimulated(row.source), valid_until: iso(row.valid_until), timestamp: iso(row.timestamp),
});
