import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ConfiguredInstrument } from '../../config/config.js';
import type { Candle } from '../../model/candle.js';
import { type Interval, intervalMs } from '../../model/interval.js';
import { Feed, type FeedSink } from './feed.js';
import { SimulatedPath } from './simulated-path.js';
import type { Regime } from './simulated-regime.js';
import { timerWait, type Wait } from './wait.js';

export interface SimulatedFeedOptions {
  readonly instruments: readonly ConfiguredInstrument[];
  readonly seed: number;
  /** Milliseconds between two ticks of a symbol; ticks lie on its multiples since 1970. */
  readonly tickMs: number;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
  readonly wait?: Wait;
}

/** Longest time at once spent on ticks that are overdue; the event loop has its turn in between. */
const SLICE_MS = 20;
/** Samples of a candle longer than a minute. */
const COARSE_SAMPLES = 60;

/**
 * A market that never closes, made of nothing but (seed, symbol, time): a restart or another node continues it.
 * Its past is the same function. Candles up to one minute are made of every tick, so they equal what live ticks
 * build; longer ones have exact open and close, but high, low and volume from about 60 samples.
 */
export class SimulatedFeed extends Feed {
  readonly name = 'simulated';
  readonly instruments: readonly ConfiguredInstrument[];
  readonly #paths: ReadonlyMap<string, SimulatedPath>;
  readonly #tickMs: number;
  readonly #clock: () => number;
  readonly #wait: Wait;
  #cancel: (() => void) | null = null;

  constructor({ instruments, seed, tickMs, clock = Date.now, wait = timerWait }: SimulatedFeedOptions) {
    super();
    if (!(Number.isInteger(tickMs) && tickMs > 0)) throw new RangeError(`tickMs is ${tickMs}: give whole milliseconds above 0`);
    this.instruments = instruments;
    this.#paths = new Map(instruments.map((each) => [each.symbol, new SimulatedPath(seed, each, tickMs)]));
    this.#tickMs = tickMs;
    this.#clock = clock;
    this.#wait = wait;
  }

  ownInterval(): null {
    return null;
  }

  now(): number {
    return this.#clock();
  }

  regimeAt(symbol: string, time: number): Regime {
    return this.#path(symbol).regimeAt(time);
  }

  async history(symbol: string, interval: Interval, limit: number, before: number): Promise<readonly Candle[]> {
    const length = intervalMs(interval);
    const end = Math.floor(before / length) * length;
    const ticksPerSample = length <= 60_000 ? 1 : Math.max(1, Math.floor(length / COARSE_SAMPLES / this.#tickMs));
    const candles: Candle[] = [];
    for (let time = end - limit * length; time < end; time += length) {
      const candle = this.#candle(symbol, interval, time, time + length - 1, ticksPerSample);
      if (candle) candles.push(candle);
    }
    return candles;
  }

  override async openCandle(symbol: string, interval: Interval, at: number): Promise<Candle | null> {
    const length = intervalMs(interval);
    return this.#candle(symbol, interval, Math.floor(at / length) * length, at, 1);
  }

  async start(sink: FeedSink, from = this.#clock()): Promise<void> {
    if (this.#cancel) throw new Error('The simulated feed runs already: stop() it before another start()');
    let next = (Math.floor(from / this.#tickMs) + 1) * this.#tickMs;
    const pump = (): void => {
      const yieldAt = performance.now() + SLICE_MS;
      // a clock that was set back leaves nothing to say until it is past the last tick again
      for (const until = this.#clock(); next <= until && performance.now() < yieldAt; next += this.#tickMs) this.#say(sink, next);
      if (this.#cancel) this.#cancel = this.#wait(Math.max(0, next - this.#clock()), pump);
    };
    this.#cancel = this.#wait(Math.max(0, next - this.#clock()), pump);
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
  }

  override async again(sink: FeedSink, after: number, upTo: number): Promise<boolean> {
    let yieldAt = performance.now() + SLICE_MS;
    for (let next = (Math.floor(after / this.#tickMs) + 1) * this.#tickMs; next <= upTo; next += this.#tickMs) {
      this.#say(sink, next);
      if (performance.now() < yieldAt) continue;
      await nextTurn();
      yieldAt = performance.now() + SLICE_MS;
    }
    return true;
  }

  #say(sink: FeedSink, time: number): void {
    for (const [symbol, path] of this.#paths) {
      sink.tick({ symbol, price: path.priceAt(time), volume: path.volumeAt(time), time });
    }
  }

  #path(symbol: string): SimulatedPath {
    const path = this.#paths.get(symbol);
    if (!path) throw new Error(`The simulated feed does not know ${symbol}: add it to SYMBOLS`);
    return path;
  }

  /** The candle that opens at `time`, of the ticks up to and including `until`; null where no tick falls into it. */
  #candle(symbol: string, interval: Interval, time: number, until: number, ticksPerSample: number): Candle | null {
    const path = this.#path(symbol);
    const first = Math.ceil(time / this.#tickMs) * this.#tickMs;
    const last = Math.floor(until / this.#tickMs) * this.#tickMs;
    if (last < first) return null;
    const length = intervalMs(interval);
    const open = path.priceAt(first);
    let [high, low, volume] = [open, open, 0];
    for (let at = first; at <= last; at += ticksPerSample * this.#tickMs) {
      const price = path.priceAt(at);
      if (price > high) high = price;
      if (price < low) low = price;
      volume += path.volumeAt(at) * ticksPerSample;
    }
    const close = path.priceAt(last);
    return { time, knownAt: time + length, open, high: Math.max(high, close), low: Math.min(low, close), close, volume };
  }
}
