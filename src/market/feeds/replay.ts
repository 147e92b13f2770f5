import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ConfiguredInstrument } from '../../config/config.js';
import type { Candle } from '../../model/candle.js';
import { instrumentKey } from '../../model/instrument.js';
import type { Interval } from '../../model/interval.js';
import { Feed, type FeedSink } from './feed.js';
import { type BadRow, CandleFile } from './replay-file.js';
import { mergeByKnownAt } from './replay-merge.js';
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
  readonly #pace: Pace;
  #prepared: Promise<void> | null = null;
  #now = 0;
  #stopped = false;
  #done: Promise<void> | null = null;

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
    this.#pace = new Pace(options.speed, options.clock, options.wait);
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

  async start(sink: FeedSink): Promise<void> {
    if (this.#done) throw new Error('A replay starts once: make another feed for another one');
    await this.prepare();
    this.#done = this.#run(sink).catch((error: unknown) => {
      this.#options.onError(error);
      if (!this.#stopped) sink.ended();
    });
  }

  /** Resolves when the candle in hand is done with; do not await it inside the sink. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#pace.stop();
    await this.#done;
  }

  async #run(sink: FeedSink): Promise<void> {
    let shift = 0;
    do {
      shift += await this.#pass(sink, shift);
    } while (this.#options.loop && !this.#stopped);
    if (!this.#stopped) sink.ended();
  }

  /** Says all candles once; answers by how much the next pass lies behind. */
  async #pass(sink: FeedSink, shift: number): Promise<number> {
    let [begin, end] = [Number.POSITIVE_INFINITY, 0];
    let turnAt = performance.now() + TURN_MS;
    for await (const { source, candle } of mergeByKnownAt(this.#files, (file) => file.candles(shift))) {
      if (!this.#stopped) await this.#pace.until(candle.knownAt);
      if (this.#stopped) break;
      begin = Math.min(begin, candle.time);
      this.#now = end = candle.knownAt;
      await sink.candle(source.symbol, source.interval, candle);
      if (performance.now() < turnAt) continue;
      await nextTurn();
      turnAt = performance.now() + TURN_MS;
    }
    return this.#behind(end - begin);
  }

  #behind(span: number): number {
    const kinds = this.#files.map((file) => file.timestamps);
    if (kinds.every((kind) => kind === 'utc')) return span;
    // an hour more where daylight saving may make a local span shorter than it is written
    return Math.ceil((span + (kinds.includes('exchange_local') ? HOUR : 0)) / DAY) * DAY;
  }
}
