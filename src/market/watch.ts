import type { Config } from '../config/config.js';
import type { Interval } from '../model/interval.js';
import type { PriceUpdate } from '../model/price-update.js';
import type { Trigger } from '../model/trigger.js';
import type { AnalysisRequests } from './analysis-requests.js';
import { PriceMove } from './price-move.js';
import type { WatchedSymbols } from './watched-symbols.js';

export interface WatchOptions {
  readonly config: Config['watch'];
  /** The market: which symbols have candles of their own, and its time. */
  readonly market: { ownInterval(symbol: string): Interval | null; now(): number };
  readonly requests: AnalysisRequests;
  readonly watched: WatchedSymbols;
  /** A request that failed. */
  readonly onError: (error: unknown) => void;
}

interface Watched {
  readonly symbol: string;
  /** Of a feed that says candles: each closed one triggers, and nothing else does. */
  readonly byCandle: boolean;
  readonly move: PriceMove;
  /** Market time of the first price or, later, of the last analysis or of asking for one. */
  since: number;
  analysed: boolean;
  /** A request of the watch is under way: its run answers what comes meanwhile. */
  pending: boolean;
}

/**
 * Decides when a symbol is analysed without anyone asking for it. With ticks: a price move (`PriceMove`; watched or not),
 * the schedule (watched, `intervalMs` of market time after the last analysis or the first price), the first subscription.
 * With candles (replay): each closed candle and only that, watched or not. A schedule, a move or a subscriber would make
 * the signals of a file depend on its speed and its audience.
 */
export class Watch {
  readonly #options: WatchOptions;
  readonly #symbols = new Map<string, Watched>();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Each price in market time; cheap where nothing is due. */
  price({ symbol, price }: PriceUpdate, at: number): void {
    const entry = this.#entry(symbol, at);
    if (entry.byCandle || entry.pending) return;
    const changePct = entry.move.see(price, at);
    if (changePct !== null) {
      void this.#ask(entry, { kind: 'price_move', change_pct: Math.round(changePct * 1e4) / 1e4 }, at);
    } else if (at - entry.since >= this.#options.config.intervalMs && this.#options.watched.isWatched(symbol)) {
      void this.#ask(entry, { kind: 'schedule' }, at);
    }
  }

  /** Each closed candle that analysts see. Resolves once the run is stored, or has failed and was reported. */
  async closed(symbol: string): Promise<void> {
    const at = this.#options.market.now();
    const entry = this.#entry(symbol, at);
    if (entry.byCandle) await this.#ask(entry, { kind: 'candle' }, at);
  }

  /** Somebody watches a symbol that nobody watched. Had it been watched all the time, its last analysis would be no younger than `intervalMs`. */
  firstSubscription(symbol: string): void {
    const at = this.#options.market.now();
    const entry = this.#entry(symbol, at);
    if (entry.byCandle || entry.pending) return;
    if (entry.analysed && at - entry.since < this.#options.config.intervalMs) return;
    void this.#ask(entry, { kind: 'first_subscription' }, at);
  }

  /** Each stored run says at which price and market time it looked, whoever asked for it. */
  analysed(symbol: string, price: number, at: number): void {
    const entry = this.#entry(symbol, at);
    entry.move.analysed(price, at);
    entry.since = Math.max(entry.since, at);
    entry.analysed = true;
  }

  async #ask(entry: Watched, trigger: Trigger, at: number): Promise<void> {
    entry.pending = true;
    entry.since = Math.max(entry.since, at);
    try {
      await this.#options.requests.request(entry.symbol, trigger);
    } catch (error) {
      this.#options.onError(error);
    } finally {
      entry.pending = false;
      entry.move.settled();
    }
  }

  #entry(symbol: string, at: number): Watched {
    const known = this.#symbols.get(symbol);
    if (known) return known;
    const { market, config } = this.#options;
    const entry: Watched = {
      symbol,
      byCandle: market.ownInterval(symbol) !== null,
      move: new PriceMove({ threshold: config.priceMove, cooldownMs: config.cooldownMs }),
      since: at,
      analysed: false,
      pending: false,
    };
    this.#symbols.set(symbol, entry);
    return entry;
  }
}
