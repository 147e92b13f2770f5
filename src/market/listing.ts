import type { ConfiguredInstrument } from '../config/config.js';
import type { Candle, Tick } from '../model/candle.js';
import { CodedError } from '../model/codes.js';
import type { Interval } from '../model/interval.js';
import type { MarketView } from '../model/market-view.js';
import type { PriceUpdate } from '../model/price-update.js';
import { ChangeReference } from './change-reference.js';
import type { LiveSeries } from './live-series.js';
import type { Series } from './series.js';

const NONE: readonly never[] = Object.freeze([]);

/** What the market knows of one symbol. */
export class Listing {
  /** Kept up to date by ticks, by interval; empty where the feed has candles of its own. */
  readonly live = new Map<Interval, LiveSeries>();
  /** Further intervals, once they are loaded. */
  readonly loads = new Map<Interval, Promise<Series>>();
  readonly change: ChangeReference;
  #price: number | null = null;
  #volume = 0;
  /** Market time of what was heard last. */
  #at: number | null = null;
  #view: MarketView | null = null;
  #update: PriceUpdate | null = null;

  constructor(
    readonly instrument: ConfiguredInstrument,
    /** What analysts see. */
    readonly panel: Series,
    /** The feed's name as it is now. */
    private readonly source: () => string,
  ) {
    this.change = new ChangeReference(instrument.hours);
  }

  get price(): number | null {
    return this.#price;
  }

  get at(): number | null {
    return this.#at;
  }

  /** The price of closed candles where nothing has ticked yet. */
  begin({ close, knownAt }: Candle): void {
    this.change.see(close, knownAt);
    this.heard(close, 0, knownAt);
  }

  /** A price; false, and the last one stays, where it is older than the last. */
  heard(price: number, volume: number, at: number): boolean {
    this.#view = null;
    if (this.#at !== null && at < this.#at) return false;
    this.change.see(price, at);
    this.#price = price;
    this.#volume = volume;
    this.#at = at;
    this.#update = null;
    return true;
  }

  /** For all intervals; the candle of the panel's that this tick closed, or null. */
  tick(tick: Tick): Candle | null {
    let closed: Candle | null = null;
    for (const [interval, series] of this.live) {
      const candle = series.tick(tick);
      if (candle && interval === this.panel.interval) closed = candle;
    }
    return closed;
  }

  /** The same frozen object until something changes. */
  view(): MarketView {
    if (this.#view) return this.#view;
    if (this.#price === null || this.#at === null) {
      throw new CodedError('NOT_READY', `There is no price of ${this.instrument.symbol} yet: ask again after its first price_update`);
    }
    const { interval, window, indicators, previous, structure } = this.panel;
    this.#view = Object.freeze({
      instrument: this.instrument, interval, asOf: this.#at, source: this.source(), price: this.#price,
      candles: window, indicators, previous, structure, news: NONE, similar: NONE, // the flow adds them
    });
    return this.#view;
  }

  lastPrice(isoTime: (at: number) => string): PriceUpdate | null {
    if (this.#price === null || this.#at === null) return null;
    this.#update ??= Object.freeze({
      symbol: this.instrument.symbol, price: this.#price, volume: this.#volume,
      change_pct: this.change.change(this.#price), source: this.source(), timestamp: isoTime(this.#at),
    });
    return this.#update;
  }
}
