import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Config, ConfiguredInstrument } from '../config/config.js';
import type { Candle, Tick } from '../model/candle.js';
import { CodedError } from '../model/codes.js';
import type { IndicatorValues } from '../model/indicators.js';
import type { Interval } from '../model/interval.js';
import type { MarketView } from '../model/market-view.js';
import type { PriceUpdate } from '../model/price-update.js';
import type { StructureState } from '../model/structure.js';
import type { Feed, FeedLine } from './feeds/feed.js';
import { Listing } from './listing.js';
import { LiveSeries } from './live-series.js';
import type { MarketEvents } from './market-events.js';
import { Series } from './series.js';
import { SymbolIndex } from './symbol-index.js';

export interface MarketOptions {
  readonly feed: Feed;
  readonly config: Pick<Config['market'], 'interval' | 'intervals' | 'keepCandles'>;
  readonly events: MarketEvents;
}

/** Closed candles loaded before the first tick. */
const HISTORY = 500;
/** Hours of the past that `change_pct` compares with. */
const CHANGE_HOURS = 48;

/** Everything known of all symbols: the feed's sink, and what views, charts and prices are made of. */
export class Market {
  #ended = false;
  #prepared: Promise<void> | null = null;
  /** Ticks and candles that were of no use. */
  #refused = 0;
  #lastTickAt: number | null = null;
  /** Begin of the live market: what is loaded was known then. */
  #since = 0;
  #iso = { at: Number.NaN, text: '' };
  readonly #feed: Feed;
  readonly #config: MarketOptions['config'];
  readonly #events: MarketEvents;
  readonly #listings = new SymbolIndex<Listing>();

  constructor({ feed, config, events }: MarketOptions) {
    this.#feed = feed;
    this.#config = config;
    this.#events = events;
  }

  /** Registers all symbols and loads their past: what asks of them before the first tick. Throws where the feed has nothing to begin with. */
  prepare(): Promise<void> {
    this.#prepared ??= this.#prepare();
    return this.#prepared;
  }

  /** Starts the feed, and prepares before where that was not done. */
  async start(): Promise<void> {
    await this.prepare();
    await this.#feed.start({
      tick: (tick) => this.tick(tick),
      candle: (symbol, interval, candle) => this.candle(symbol, interval, candle),
      ended: () => this.#end(),
    }, this.#since);
  }

  async #prepare(): Promise<void> {
    await this.#feed.prepare();
    this.#since = this.#feed.now();
    for (const instrument of this.#feed.instruments) {
      await this.#list(instrument);
      await nextTurn();
    }
  }

  /** Resolves when the candle in hand is done with. */
  stop(): Promise<void> {
    return this.#feed.stop();
  }

  /** The feed's name: `source` on the wire. */
  get source(): string {
    return this.#feed.name;
  }

  /** null: there is none, or another node has it. */
  get line(): FeedLine | null {
    return this.#feed.line();
  }

  get instruments(): readonly ConfiguredInstrument[] {
    return this.#feed.instruments;
  }

  /** By any spelling; throws UNKNOWN_SYMBOL. */
  instrument(symbol: string): ConfiguredInstrument {
    return this.#listings.get(symbol).instrument;
  }

  /** What analysts see of the symbol. */
  interval(symbol: string): Interval {
    return this.#listings.get(symbol).panel.interval;
  }

  /** The one interval of a symbol whose feed says candles, or null where ticks make them. */
  ownInterval(symbol: string): Interval | null {
    return this.#feed.ownInterval(this.instrument(symbol).symbol);
  }

  /** What can be asked for, the panel's interval first. */
  intervals(symbol: string): readonly Interval[] {
    const panel = this.interval(symbol);
    if (this.ownInterval(symbol)) return [panel];
    return [panel, ...this.#config.intervals.filter((each) => each !== panel)];
  }

  /** What is known now, frozen; the same object until it changes. Throws UNKNOWN_SYMBOL, NOT_READY. */
  view(symbol: string): MarketView {
    return this.#listings.get(symbol).view();
  }

  /** null before the first. */
  lastPrice(symbol: string): PriceUpdate | null {
    return this.#listings.get(symbol).lastPrice(this.#isoTime);
  }

  /** Closed candles, oldest first: the newest, or those that opened before `before` (epoch milliseconds). */
  async candles(symbol: string, interval: Interval | undefined, limit: number, before = Number.POSITIVE_INFINITY): Promise<readonly Candle[]> {
    const { candles } = await this.#series(symbol, interval);
    const kept = candles.before(before, limit);
    if (kept.length === limit) return kept;
    const oldest = kept[0]?.time ?? Math.min(before, this.now());
    const older = await this.#feed.history(this.instrument(symbol).symbol, interval ?? this.interval(symbol), limit - kept.length, oldest);
    return [...older, ...kept];
  }

  /** After each of the newest closed candles, oldest first, at most 500. */
  async indicators(symbol: string, interval: Interval | undefined, limit: number): Promise<readonly IndicatorValues[]> {
    return (await this.#series(symbol, interval)).values.latest(limit);
  }

  /** null before the first closed candle. */
  async structure(symbol: string, interval?: Interval): Promise<StructureState | null> {
    return (await this.#series(symbol, interval)).structure;
  }

  /** Market time, epoch milliseconds. */
  now(): number {
    return this.#feed.now();
  }

  /** Market time of the symbol's last price: `asOf` of its view; null before the first. */
  lastTimeOf(symbol: string): number | null {
    return this.#listings.get(symbol).at;
  }

  /** Market milliseconds since the symbol was heard of; null before. */
  age(symbol: string): number | null {
    const { at } = this.#listings.get(symbol);
    return at === null ? null : Math.max(0, this.now() - at);
  }

  /** Market time of the newest tick or candle of any symbol; null before the first. */
  get lastTickAt(): number | null {
    return this.#lastTickAt;
  }

  /** Ticks that could not be used: too late for their candle, not a price, or of a symbol that is not listed. */
  get dropped(): number {
    let sum = this.#refused;
    for (const { live } of this.#listings.values()) for (const series of live.values()) sum += series.dropped;
    return sum;
  }

  /** True once the feed has ended by itself. */
  get ended(): boolean {
    return this.#ended;
  }

  /** From a feed that ticks. */
  tick(tick: Tick): void {
    const { symbol, price, volume, time } = tick;
    const listing = this.#listings.find(symbol);
    if (!listing || !(price > 0 && price < Infinity && volume >= 0 && volume < Infinity && Number.isFinite(time))) {
      this.#refused++;
      return;
    }
    const closed = listing.tick(tick);
    const newest = listing.heard(price, volume, time);
    if (closed) void this.#closed(listing, closed);
    if (newest) this.#say(listing, time);
  }

  /** A closed candle of a feed without ticks; resolves when it was considered. */
  async candle(symbol: string, interval: Interval, candle: Candle): Promise<void> {
    const listing = this.#listings.get(symbol);
    if (interval !== listing.panel.interval || !listing.panel.close(candle)) {
      this.#refused++;
      return;
    }
    listing.heard(candle.close, candle.volume, candle.knownAt);
    this.#say(listing, candle.knownAt);
    await this.#closed(listing, candle);
  }

  #end(): void {
    this.#ended = true;
    this.#events.ended();
  }

  #say(listing: Listing, at: number): void {
    if (this.#lastTickAt === null || at > this.#lastTickAt) this.#lastTickAt = at;
    const update = listing.lastPrice(this.#isoTime);
    if (!update) return;
    try {
      this.#events.price(update, at);
    } catch (error) {
      this.#events.error(error);
    }
  }

  async #closed(listing: Listing, candle: Candle): Promise<void> {
    try {
      await this.#events.closed(listing.instrument.symbol, listing.panel.interval, candle);
    } catch (error) {
      this.#events.error(error);
    }
  }

  /** The symbols of one moment share its text. */
  readonly #isoTime = (at: number): string => {
    if (this.#iso.at !== at) this.#iso = { at, text: new Date(at).toISOString() };
    return this.#iso.text;
  };

  async #list(instrument: ConfiguredInstrument): Promise<void> {
    const { symbol, hours } = instrument;
    const { interval, keepCandles } = this.#config;
    const own = this.#feed.ownInterval(symbol);
    const live = own ? null : new LiveSeries(instrument, interval, keepCandles);
    const listing = new Listing(instrument, live?.series ?? new Series(own ?? interval, hours, keepCandles), () => this.#feed.name);
    this.#listings.add(symbol, listing);
    if (!live) return;
    listing.live.set(interval, live);
    for (const { time, open, knownAt, close } of await this.#feed.history(symbol, '1h', CHANGE_HOURS, this.#since)) {
      listing.change.see(open, time);
      listing.change.see(close, knownAt - 1);
    }
    await live.load(this.#feed, HISTORY, this.#since);
    const { last } = live.series.candles;
    if (last) listing.begin(last);
    // the candle under way is newer: without it the first second after a start would trade on a price of the last minute
    const open = await this.#feed.openCandle(symbol, interval, this.#since);
    if (open) listing.heard(open.close, 0, this.#since);
  }

  /** The series of an interval; one that was not asked for before loads its past first. Throws VALIDATION_ERROR. */
  #series(symbol: string, interval?: Interval): Series | Promise<Series> {
    const listing = this.#listings.get(symbol);
    if (interval === undefined || interval === listing.panel.interval) return listing.panel;
    const known = this.intervals(symbol);
    if (!known.includes(interval)) {
      const message = `${listing.instrument.symbol} has candles of ${known.join(', ')}: ask for one of them`;
      throw new CodedError('VALIDATION_ERROR', message, [{ path: 'interval', message }]);
    }
    const loading = listing.loads.get(interval) ?? this.#load(listing, interval);
    listing.loads.set(interval, loading);
    return loading;
  }

  async #load(listing: Listing, interval: Interval): Promise<Series> {
    const live = new LiveSeries(listing.instrument, interval, this.#config.keepCandles);
    listing.live.set(interval, live);
    try {
      await live.load(this.#feed, HISTORY, Math.max(listing.at ?? 0, this.#since));
      return live.series;
    } catch (error) {
      listing.live.delete(interval);
      listing.loads.delete(interval);
      throw error;
    }
  }
}
