import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ConfiguredInstrument } from '../../config/config.js';
import type { Candle } from '../../model/candle.js';
import { instrumentKey } from '../../model/instrument.js';
import type { Interval } from '../../model/interval.js';
import { Feed, type FeedSink } from './feed.js';
import { type BadRow, CandleFile } from './replay-file.js';
import { mergeByKnownAt, type Merged } from './replay-merge.js';
import { Pace } from './replay-pace.js';
import type { Wait } from './wait.js';

export interface ReplayFeedOptions {
  readonly instruments: readonly ConfiguredInstrument[];
  /** Symbol → path of `timestamp,open,high,low,close,volume`, oldest first. */
  readonly files: ReadonlyMap<string, string>;
  readonly loop: boolean;
  /** Times real time; 0 = as fast as the sink's promises resolve. */
  readonly speed: number;
  /** Each of the first 20 bad rows of a file, then their total. */
  readonly onBadRow: (bad: BadRow) => void;
  /** A file that fails while it is read, or a sink that rejects: the replay ends there. */
  readonly onError: (error: unknown) => void;
  /** Wall time in milliseconds, for the pace. */
  readonly clock?: () => number;
  readonly wait?: Wait;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Where nothing else gives the event loop its turn. */
const TURN_MS = 10;

/**
 * Candles of CSV files, merged by when they are known. The next one waits until the sink has done with the one before,
 * so that speed changes nothing but time. In a loop each pass lies behind the one before by the whole span (the first
 * opening to the last candle's end), in whole days where a file is not in UTC.
 */
export class ReplayFeed extends Feed {
  readonly name = 'replay';
  readonly instruments: readonly ConfiguredInstrument[];
  readonly #files: readonly CandleFile[];
  readonly #options: ReplayFeedOptions;
  #prepared: Promise<void> | null = null;
  #now = 0;
  #under: { readonly pace: Pace; stopped: boolean; done: Promise<void> } | null = null;

  constructor(options: ReplayFeedOptions) {
    super();
    const byKey = new Map(options.instruments.map((each) => [instrumentKey(each.symbol), each]));
    const listed = [...options.files].map(([symbol, path]) => {
      const instrument = byKey.get(instrumentKey(symbol));
      if (!instrument) throw new Error(`REPLAY_FILES names ${symbol}, which is not among SYMBOLS: add it there`);
      return { instrument, path };
    });
    if (listed.length === 0) throw new Error('FEED=replay needs REPLAY_FILES, such as BTCUSDT=btc.csv,SPY=spy.csv');
    this.instruments = listed.map(({ instrument }) => instrument);
    this.#files = listed.map(({ instrument: { symbol, sources }, path }) =>
      new CandleFile(symbol, path, sources.replay ?? { timestamps: 'utc', volume: 'base' }, options.onBadRow));
    this.#options = options;
  }

  /** Skipped so far, of all files. */
  get badRows(): number {
    return this.#files.reduce((sum, file) => sum + file.badRows, 0);
  }

  override prepare(): Promise<void> {
    this.#prepared ??= (async () => {
      for (const file of this.#files) await file.inspect();
    })();
    return this.#prepared;
  }

  ownInterval(symbol: string): Interval | null {
    return this.#files.find((file) => file.symbol === symbol)?.interval ?? null;
  }

  /** When the last candle said was known; 0 before the first. */
  now(): number {
    return this.#now;
  }

  async history(): Promise<readonly Candle[]> {
    return [];
  }

  /** The first `from` candles are passed over. */
  async start(sink: FeedSink, from = 0): Promise<void> {
    if (this.#under) throw new Error('The replay runs already: stop() it before another start()');
    const { speed, clock, wait } = this.#options;
    const under = (this.#under = { pace: new Pace(speed, clock, wait), stopped: false, done: Promise.resolve() });
    await this.prepare();
    under.done = this.#run(sink, from, under).catch((error: unknown) => {
      this.#options.onError(error);
      if (!under.stopped) sink.ended();
    });
  }

  /** Resolves when the candle in hand is done with; do not await it inside the sink. */
  async stop(): Promise<void> {
    const under = this.#under;
    if (!under) return;
    under.stopped = true;
    under.pace.stop();
    await under.done;
    if (this.#under === under) this.#under = null;
  }

  override async again(sink: FeedSink, after: number, upTo: number): Promise<boolean> {
    await this.prepare();
    let at = 0;
    for await (const { source, candle } of this.#candles()) {
      if (++at > upTo) break;
      if (at > after) await sink.candle(source.symbol, source.interval, candle);
    }
    return true;
  }

  async #run(sink: FeedSink, from: number, under: { readonly pace: Pace; readonly stopped: boolean }): Promise<void> {
    let turnAt = performance.now() + TURN_MS;
    let at = 0;
    for await (const { source, candle } of this.#candles()) {
      if (++at > from && !under.stopped) await under.pace.until(candle.knownAt);
      if (under.stopped) return;
      if (at > from) {
        this.#now = candle.knownAt;
        await sink.candle(source.symbol, source.interval, candle);
      }
      if (performance.now() < turnAt) continue;
      await nextTurn();
      turnAt = performance.now() + TURN_MS;
    }
    if (!under.stopped) sink.ended();
  }

  /** All candles in order, for ever where they repeat. */
  async *#candles(): AsyncGenerator<Merged<CandleFile>, void, undefined> {
    let shift = 0;
    do {
      let [begin, end] = [Number.POSITIVE_INFINITY, 0];
      const pass = shift;
      for await (const merged of mergeByKnownAt(this.#files, (file) => file.candles(pass))) {
        begin = Math.min(begin, merged.candle.time);
        end = merged.candle.knownAt;
        yield merged;
      }
      shift += this.#behind(end - begin);
    } while (this.#options.loop);
  }

  #behind(span: number): number {
    const kinds = this.#files.map((file) => file.timestamps);
    if (kinds.every((kind) => kind === 'utc')) return span;
    // an hour more where daylight saving may make a local span shorter than it is written
    return Math.ceil((span + (kinds.includes('exchange_local') ? HOUR : 0)) / DAY) * DAY;
  }
}
