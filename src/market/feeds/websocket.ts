import { WebSocket, type RawData } from 'ws';
import type { ConfiguredInstrument } from '../../config/config.js';
import type { Candle } from '../../model/candle.js';
import { instrumentKey } from '../../model/instrument.js';
import { Feed, type FeedLine, type FeedSink } from './feed.js';
import { readFrame } from './outside-frame.js';
import { timerWait, type Wait } from './wait.js';

export interface WebSocketFeedOptions {
  readonly instruments: readonly ConfiguredInstrument[];
  /** `ws://…` or `wss://…`. Secret: it may hold a password or a token. */
  readonly url: string;
  /** The first 20 things that could not be used, then each time there are ten times as many. */
  readonly onUnusable: (unusable: { readonly what: string; readonly frame: string; readonly total: number }) => void;
  readonly onLine: (line: { readonly connected: boolean; readonly why: string; readonly retryMs?: number }) => void;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
  readonly wait?: Wait;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Between two pings. */
  readonly beatMs?: number;
}

const BEAT_MS = 10_000;
/** Beats without any sign of life, and without a tick, after which the line is made anew. */
const [MOST_SILENT, MOST_IDLE] = [2, 6];
const [FIRST_RETRY_MS, MOST_RETRY_MS] = [500, 30_000];
const CONNECT_WITHIN_MS = 10_000;
const MOST_FRAME_BYTES = 256 * 1024;
const REPORTED = 20;
/** Longest time spent on frames before the event loop has its turn; the stream waits in its socket meanwhile. */
const SLICE_MS = 20;
const HANG_UP_WITHIN_MS = 500;

/**
 * Ticks of any outside WebSocket stream (`readFrame`). It has no past: what was missed while the line was down stays
 * missing. Market time is our clock, so that prices age while the stream is silent.
 */
export class WebSocketFeed extends Feed {
  readonly instruments: readonly ConfiguredInstrument[];
  readonly #options: WebSocketFeedOptions;
  readonly #host: string;
  readonly #clock: () => number;
  readonly #wait: Wait;
  readonly #symbols: ReadonlyMap<string, string>;
  readonly #counts = { bad: 0, unknown: 0 };
  #simulated = false;
  #lastTime = 0;
  #sink: FeedSink | null = null;
  #socket: WebSocket | null = null;
  #cancel: () => void = () => undefined;
  #attempt = 0;
  #connected = false;
  #spentMs = 0;

  constructor(options: WebSocketFeedOptions) {
    super();
    this.#options = options;
    this.#host = new URL(options.url).host;
    this.#clock = options.clock ?? Date.now;
    this.#wait = options.wait ?? timerWait;
    this.instruments = options.instruments;
    this.#symbols = new Map(options.instruments.map(({ symbol }) => [instrumentKey(symbol), symbol]));
  }

  /** `ws:feed.example.com`, with `:simulated` behind it once the stream has said that its prices are made up. */
  get name(): string {
    return `ws:${this.#host}${this.#simulated ? ':simulated' : ''}`;
  }

  ownInterval(): null {
    return null;
  }

  now(): number {
    return Math.max(this.#clock(), this.#lastTime);
  }

  async history(): Promise<readonly Candle[]> {
    return [];
  }

  override line(): FeedLine {
    return { connected: this.#connected, badFrames: this.#counts.bad, unknownSymbols: this.#counts.unknown };
  }

  /** Resolves at once; it connects until `stop`. */
  async start(sink: FeedSink): Promise<void> {
    if (this.#sink) throw new Error('The feed runs already: stop() it before another start()');
    this.#sink = sink;
    this.#attempt = 0;
    this.#connect();
  }

  async stop(): Promise<void> {
    this.#sink = null;
    this.#connected = false;
    this.#cancel();
    const socket = this.#socket;
    this.#socket = null;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.close(1000);
    const late = setTimeout(() => socket.terminate(), HANG_UP_WITHIN_MS);
    await closed;
    clearTimeout(late);
  }

  #connect(): void {
    // nothing is inflated: a small frame stays small
    const socket = new WebSocket(this.#options.url, { perMessageDeflate: false, maxPayload: MOST_FRAME_BYTES, handshakeTimeout: CONNECT_WITHIN_MS });
    this.#socket = socket;
    const life = { why: 'it was closed', silent: 0, idle: 0 };
    const alive = (): void => { life.silent = 0; };
    socket.on('open', () => {
      if (socket !== this.#socket) return;
      this.#connected = true;
      this.#options.onLine({ connected: true, why: 'connected' });
      this.#beat(socket, life);
    });
    socket.on('ping', alive);
    socket.on('pong', alive);
    socket.on('message', (data) => {
      alive();
      if (socket === this.#socket && this.#take(socket, data)) life.idle = 0;
    });
    socket.on('error', (error) => { life.why = error.message; });
    socket.on('close', (code) => {
      if (socket !== this.#socket) return;
      this.#connected = false;
      this.#cancel();
      this.#retry(life.why === 'it was closed' ? `it was closed with ${code}` : life.why);
    });
  }

  #retry(why: string): void {
    const { onLine, random = Math.random } = this.#options;
    const ceiling = Math.min(MOST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#attempt++, 16));
    const retryMs = Math.round(ceiling * (0.5 + random() / 2));
    onLine({ connected: false, why, retryMs });
    this.#cancel = this.#wait(retryMs, () => this.#connect());
  }

  #beat(socket: WebSocket, life: { why: string; silent: number; idle: number }): void {
    this.#cancel = this.#wait(this.#options.beatMs ?? BEAT_MS, () => {
      life.silent += 1;
      life.idle += 1;
      if (life.silent > MOST_SILENT || life.idle > MOST_IDLE) {
        life.why = life.silent > MOST_SILENT ? 'it gave no sign of life' : 'it said no usable price for too long';
        socket.terminate();
        return;
      }
      socket.ping();
      this.#beat(socket, life);
    });
  }

  /** True where there was a tick of use in it. */
  #take(socket: WebSocket, data: RawData): boolean {
    const began = performance.now();
    const text = String(data);
    const { ticks, bad, simulated } = readFrame(text, this.#clock());
    if (simulated) this.#simulated = true;
    for (const what of bad) this.#unusable('bad', what, text);
    let used = false;
    for (const tick of ticks) {
      const symbol = this.#symbols.get(instrumentKey(tick.symbol));
      if (symbol === undefined) {
        this.#unusable('unknown', `${JSON.stringify(tick.symbol.slice(0, 20))} is not among SYMBOLS`, text);
        continue;
      }
      used = true;
      if (tick.time > this.#lastTime) this.#lastTime = tick.time;
      this.#sink?.tick({ ...tick, symbol });
    }
    if (used) this.#attempt = 0;
    this.#giveWay(socket, performance.now() - began);
    return used;
  }

  #giveWay(socket: WebSocket, spentMs: number): void {
    if (this.#spentMs === 0) setImmediate(() => {
      this.#spentMs = 0;
      if (socket.isPaused) socket.resume();
    });
    this.#spentMs += spentMs;
    if (this.#spentMs > SLICE_MS) socket.pause();
  }

  #unusable(kind: 'bad' | 'unknown', what: string, frame: string): void {
    const total = (this.#counts[kind] += 1);
    if (total <= REPORTED || Number.isInteger(Math.log10(total))) this.#options.onUnusable({ what, frame: frame.slice(0, 200), total });
  }
}
