import type { Insertable, Kysely, Transaction } from 'kysely';
import type { Interval } from '../model/interval.js';
import type { MarketView } from '../model/market-view.js';
import type { SimilarSituation } from '../model/situation.js';
import { PreparedRows } from '../storage/prepared.js';
import type { Schema, SituationsTable } from '../storage/schema.js';
import { NearestIndex, type Indexed } from './nearest.js';
import { newestRows } from './newest-rows.js';
import { situationVector, VECTOR_SIZE, VECTOR_VERSION } from './situation-vector.js';
import { Tail, type Place } from './tail.js';
import { isSimulated } from '../model/price-update.js';

export type SituationRow = Insertable<SituationsTable>;
/** What a resolved row must have to be found again. */
export type Settled = Pick<SituationsTable, (typeof COLUMNS)[number]>;

const COLUMNS = [
  'signal_id', 'symbol', 'interval', 'source', 'as_of', 'candle_time', 'action', 'version', 'vector', 'resolved_at', 'outcome_return', 'outcome', 'settled_at',
] as const;
/** Kept in memory of each interval, simulated and real ones apart. */
const CAPACITY = 100_000;
const PAGE = 5000;
const NEAREST = 5;
const LATEST: Place = { at: Number.MAX_SAFE_INTEGER, id: '' };

interface Known extends Indexed, SimilarSituation {}

/**
 * What the market was like at past signals, and what came of it: the rows of `situations`, those that are resolved also in
 * memory, newest 100,000 of an interval. Simulated situations are compared with simulated ones only.
 */
export class Situations {
  private readonly groups = new Map<string, NearestIndex<Known>>();
  private readonly ids = new Set<string>();
  private tail: Tail<Settled> | null = null;
  private readonly rows = new PreparedRows<SituationRow>(
    (db, rows) => db.insertInto('situations').values(rows).onConflict((conflict) => conflict.column('signal_id').doNothing()),
    Object.values,
  );

  constructor(
    private readonly db: Kysely<Schema>,
    private readonly onError: (error: unknown) => void,
    private readonly capacity = CAPACITY,
  ) {}

  /** In the transaction of its signal. */
  async insert(tx: Transaction<Schema>, row: SituationRow): Promise<void> {
    await this.rows.execute(tx, [row]);
  }

  /** Reads what was resolved before; `shared`: other nodes resolve too, so what they store is followed from now on. */
  async start({ shared }: { readonly shared: boolean }): Promise<void> {
    const all = await newestRows<Settled>((last, limit) => this.before(last ? placeOf(last) : LATEST, limit), this.capacity, PAGE);
    for (const row of all) this.learn(row);
    if (!shared) return;
    this.tail = new Tail({
      read: (after, limit) => this.after(after, limit), placeOf, take: (row) => this.learn(row), onError: this.onError,
    }, all.at(-1)?.settled_at ?? 0);
    this.tail.start();
  }

  /** Reads at once what other nodes have resolved. */
  async refresh(): Promise<void> {
    await this.tail?.follow();
  }

  async stop(): Promise<void> {
    await this.tail?.stop();
  }

  /** A row that is stored as resolved. Twice is once. */
  learn(row: Settled): void {
    const { vector, resolved_at: resolvedAt, outcome_return: outcomeReturn, outcome } = row;
    if (this.ids.has(row.signal_id) || row.version !== VECTOR_VERSION || vector === null || resolvedAt === null || outcomeReturn === null || outcome === null) return;
    const numbers = JSON.parse(vector) as number[];
    if (numbers.length !== VECTOR_SIZE) return;
    this.ids.add(row.signal_id);
    const replaced = this.group(row.interval, row.source).add({
      signalId: row.signal_id, symbol: row.symbol, asOf: row.as_of, candleTime: row.candle_time, resolvedAt,
      action: row.action, distance: 0, outcomeReturn, outcome,
    }, numbers);
    if (replaced) this.ids.delete(replaced.signalId);
  }

  /**
   * The nearest past situations of any symbol on the view's interval, all resolved by its `asOf`; empty while the market is
   * not warm. Takes a few milliseconds at 100,000, and does not wait.
   */
  similar(view: MarketView, k = NEAREST): readonly SimilarSituation[] {
    const group = this.groups.get(groupKey(view.interval, view.source));
    const vector = group ? situationVector(view) : null;
    if (!group || !vector) return [];
    return group.nearest(vector, k, view.asOf).map(({ item, distance }) => Object.freeze({
      signalId: item.signalId, symbol: item.symbol, asOf: item.asOf, action: item.action,
      distance: Math.round(distance * 1e4) / 1e4, outcomeReturn: item.outcomeReturn, outcome: item.outcome,
    }));
  }

  async find(signalId: string): Promise<SituationsTable | undefined> {
    return this.db.selectFrom('situations').selectAll().where('signal_id', '=', signalId).executeTakeFirst();
  }

  private before({ at, id }: Place, limit: number): Promise<Settled[]> {
    return this.settled((query) => query.where('settled_at', '<=', at)
      .where(({ eb, or }) => or([eb('settled_at', '<', at), eb('signal_id', '<', id)]))
      .orderBy('settled_at', 'desc').orderBy('signal_id', 'desc').limit(limit));
  }

  private after({ at, id }: Place, limit: number): Promise<Settled[]> {
    return this.settled((query) => query.where('settled_at', '>=', at)
      .where(({ eb, or }) => or([eb('settled_at', '>', at), eb('signal_id', '>', id)]))
      .orderBy('settled_at').orderBy('signal_id').limit(limit));
  }

  private settled(narrow: (query: ReturnType<Situations['resolvedRows']>) => ReturnType<Situations['resolvedRows']>): Promise<Settled[]> {
    return narrow(this.resolvedRows()).execute();
  }

  private resolvedRows() {
    return this.db.selectFrom('situations').select(COLUMNS).where('status', '=', 'resolved');
  }

  private group(interval: Interval, source: string): NearestIndex<Known> {
    const key = groupKey(interval, source);
    const known = this.groups.get(key);
    if (known) return known;
    const made = new NearestIndex<Known>(VECTOR_SIZE, this.capacity);
    this.groups.set(key, made);
    return made;
  }
}

const groupKey = (interval: Interval, source: string): string => `${interval} ${isSimulated(source) ? 'simulated' : 'real'}`;
const placeOf = ({ settled_at: at, signal_id: id }: Settled): Place => ({ at: at ?? 0, id });
