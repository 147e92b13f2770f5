import type { Kysely, Transaction } from 'kysely';
import type { SituationRow, Situations } from '../../knowledge/situations.js';
import type { Leadership } from '../../market/leadership.js';
import type { Market } from '../../market/market.js';
import type { Candle } from '../../model/candle.js';
import type { Interval } from '../../model/interval.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import type { Schema } from '../../storage/schema.js';
import { candlesSince } from './candles-since.js';
import { settlementOf } from './settlement.js';
import { OPEN_COLUMNS, Tracked, type OpenRow } from './tracked.js';

export interface OutcomesNeeds {
  readonly db: Kysely<Schema>;
  readonly market: Pick<Market, 'candles' | 'instrument' | 'instruments' | 'interval' | 'source'>;
  readonly writer: RoomWriter;
  readonly situations: Situations;
  readonly leadership: Leadership;
  /** In the transaction, where several nodes share the database: throws where another leads by now. null: this node is alone. */
  readonly check: ((tx: Transaction<Schema>, term: number) => Promise<void>) | null;
  readonly onError: (error: unknown) => void;
}

interface Series {
  readonly tracked: Map<string, Tracked>;
  /** Opening of the last candle that was seen here. */
  last: number | null;
  loaded: boolean;
  /** Its steps, one after the other. */
  work: Promise<void>;
  /** What is on its way to the database. */
  stored: Promise<void>;
}

const MOST_OPEN = 20_000;

/**
 * Follows every stored signal until its horizon has passed, superseded or not: says `signal_resolved` when a level was hit
 * and at the end, and stores what came of it with that. Driven by closed candles, one symbol's in order; only the node
 * whose feed leads does it. What could not be stored is tried again at the next candle.
 */
export class Outcomes {
  private readonly series = new Map<string, Series>();
  private readonly giveUp = new AbortController();

  constructor(private readonly needs: OutcomesNeeds) {}

  /** After the market: takes up what an earlier process left open. */
  async start(): Promise<void> {
    const { market, leadership } = this.needs;
    if (!leadership.leads()) return;
    await Promise.all(market.instruments.map(({ symbol }) => this.enqueue(symbol, async (series) => {
      await this.load(series, symbol, market.interval(symbol));
      await this.settle(series);
    })));
    await this.idle();
  }

  /** A signal that this node has stored. Among several nodes the leader finds it in the database. */
  pend(row: SituationRow): void {
    if (this.needs.check) return;
    void this.enqueue(row.symbol, (series) => this.take(series, [{ touched: null, target_price: null, stop_loss: null, vector: null, ...row } as OpenRow]));
  }

  /**
   * Resolves when what this candle decides is known to `Situations`, and on its way to the database before anything that is
   * said later: the run of the same candle sees it and shares its commit. `stored` resolves when it is stored and said; a
   * replayed file waits for that before its next candle. Neither rejects.
   */
  async closed(symbol: string, interval: Interval, candle: Candle): Promise<{ readonly stored: Promise<void> }> {
    if (!this.needs.leadership.leads()) {
      this.series.delete(symbol); // its rows are another's to follow
      return { stored: Promise.resolve() };
    }
    await this.enqueue(symbol, (series) => this.step(series, symbol, interval, candle));
    return { stored: this.series.get(symbol)?.stored ?? Promise.resolve() };
  }

  /** How many signals wait for their horizon here. */
  get waiting(): number {
    let sum = 0;
    for (const { tracked } of this.series.values()) sum += tracked.size;
    return sum;
  }

  /** After the market has stopped. What cannot be stored within `graceMs` is taken up by the next start, or by others. */
  async stop(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.giveUp.abort(), graceMs);
    await this.idle();
    clearTimeout(timer);
  }

  private async idle(): Promise<void> {
    await Promise.all([...this.series.values()].map(({ work }) => work));
    await Promise.all([...this.series.values()].map(({ stored }) => stored));
  }

  private enqueue(symbol: string, step: (series: Series) => Promise<void>): Promise<void> {
    let series = this.series.get(symbol);
    if (!series) this.series.set(symbol, (series = { tracked: new Map(), last: null, loaded: false, work: Promise.resolve(), stored: Promise.resolve() }));
    const own = series;
    own.work = own.work.then(() => step(own)).catch((error: unknown) => this.needs.onError(error));
    return own.work;
  }

  private async step(series: Series, symbol: string, interval: Interval, candle: Candle): Promise<void> {
    if (!series.loaded || this.needs.check) await this.load(series, symbol, interval);
    for (const tracked of series.tracked.values()) {
      if (tracked.started) tracked.see(candle);
      else if (candle.time === tracked.row.candle_time) tracked.begin();
      else if (candle.time > tracked.row.candle_time) await this.catchUp(series, tracked, candle.knownAt);
    }
    series.last = candle.time;
    await this.settle(series);
  }

  private async load(series: Series, symbol: string, interval: Interval): Promise<void> {
    const { db, market } = this.needs;
    const rows = await db.selectFrom('situations').select(OPEN_COLUMNS)
      .where('symbol', '=', symbol).where('interval', '=', interval).where('status', 'is', null)
      .where('source', '=', market.source).orderBy('candle_time', 'desc').limit(MOST_OPEN).execute();
    await this.take(series, rows.reverse());
    series.loaded = true;
  }

  private async take(series: Series, rows: readonly OpenRow[]): Promise<void> {
    for (const row of rows) {
      if (series.tracked.has(row.signal_id)) continue;
      const tracked = new Tracked(row);
      series.tracked.set(row.signal_id, tracked);
      if (series.last === row.candle_time) tracked.begin();
      else await this.catchUp(series, tracked, row.as_of);
    }
  }

  /** Counts the candles that closed before it was followed here. */
  private async catchUp(series: Series, tracked: Tracked, at: number): Promise<void> {
    const since = await candlesSince(this.needs.market, tracked.row);
    if (since === 'waiting') return;
    if (since === 'gone') {
      tracked.lose(at);
      return;
    }
    tracked.begin();
    for (const candle of since) tracked.see(candle);
  }

  private async settle(series: Series): Promise<void> {
    const { db, writer, leadership, check, situations, onError } = this.needs;
    const due = [...series.tracked.values()].filter(({ touched, end, saying }) => !saying && (touched !== null || end !== null));
    if (due.length === 0) return;
    const term = leadership.term();
    const { messages, settled, store } = await settlementOf(db, due);
    for (const row of settled) situations.learn(row);
    const said = due.map((tracked) => ({ tracked, ended: tracked.end !== null }));
    for (const tracked of due) tracked.saying = true;
    const storing = writer.sayUntilStored({
      store: async (tx) => {
        if (check && term !== null) await check(tx, term);
        await store(tx);
      },
      messages,
    }, this.giveUp.signal).then(() => {
      for (const { tracked, ended } of said) {
        if (ended) series.tracked.delete(tracked.row.signal_id);
        else tracked.touched = null;
      }
    }, onError).finally(() => { for (const tracked of due) tracked.saying = false; });
    series.stored = Promise.all([series.stored, storing]).then(() => undefined);
  }
}
