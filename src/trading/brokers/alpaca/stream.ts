import type { streaming } from '@alpacahq/alpaca-trade-api';
import { WebSocket } from 'ws';

type Sdk = typeof import('@alpacahq/alpaca-trade-api');

export interface StreamOptions {
  readonly sdk: Sdk;
  readonly paper: boolean;
  readonly keyId: string;
  readonly secretKey: string;
  readonly streamUrl: string | null;
  /** To be connected, authenticated and listening. */
  readonly readyWithinMs: number;
  readonly pingEveryMs: number;
  readonly firstReconnectMs: number;
  readonly mostReconnectMs: number;
  readonly onUpdate: (update: streaming.TradeUpdate) => void;
  readonly onLost: (error: Error) => void;
  readonly onReconnected: () => void;
  /** A frame could not be read: something was missed. */
  readonly onMissed: (error: Error) => void;
  readonly onWarning: (message: string) => void;
}

/**
 * Alpaca's stream of trade updates: the SDK's, which pings and reconnects with a jittered backoff, and what it leaves open:
 * a socket that does not come to listening in time is ended, and a refused key is tried again later instead of never.
 */
export class TradeStream {
  readonly #stream: streaming.TradingStream;
  #socket: WebSocket | null = null;
  #watchdog: NodeJS.Timeout | null = null;
  #again: NodeJS.Timeout | null = null;
  #listening = false;
  #started = false;
  #settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | null = null;
  #lastError = 'the stream was closed';

  constructor(private readonly options: StreamOptions) {
    const { sdk: { streaming }, paper, keyId, secretKey, streamUrl, pingEveryMs, firstReconnectMs, mostReconnectMs, readyWithinMs, onUpdate } = options;
    this.#stream = new streaming.TradingStream({
      credentials: { keyId, secret: secretKey }, paper, ...(streamUrl !== null && { url: streamUrl }),
      maxReconnectAttempts: streaming.UNLIMITED_RECONNECT_ATTEMPTS, initialReconnectMs: firstReconnectMs, maxReconnectMs: mostReconnectMs,
      pingIntervalMs: pingEveryMs, pongWaitMs: Math.ceil(pingEveryMs / 2),
      wsFactory: (url) => {
        this.#socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: readyWithinMs });
        return this.#socket as unknown as streaming.WebSocketLike;
      },
    });
    this.#stream.subscribeTradeUpdates();
    this.#stream.onTradeUpdate(onUpdate);
    this.#stream.onError((message) => this.#failed(message));
    this.#stream.onDisconnect(() => this.#closed());
    this.#stream.on(streaming.STATE.CONNECTING, () => this.#watch());
    this.#stream.on(streaming.EVENT.SUBSCRIPTION, (streams: unknown) => {
      if (Array.isArray(streams) && streams.includes('trade_updates')) this.#ready();
    });
  }

  /** Resolves when updates arrive. @throws Error where that is not in time, or the keys are refused */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#stream.connect();
    });
  }

  stop(): void {
    this.#started = false;
    this.#settle = null;
    this.#listening = false;
    if (this.#again) clearTimeout(this.#again);
    this.#unwatch();
    this.#stream.disconnect();
    this.#socket?.terminate();
  }

  #ready(): void {
    this.#unwatch();
    if (this.#listening) return;
    this.#listening = true;
    if (this.#started) return this.options.onReconnected();
    this.#started = true;
    this.#settle?.resolve();
    this.#settle = null;
  }

  #closed(): void {
    this.#unwatch();
    if (!this.#listening) return;
    this.#listening = false;
    this.options.onLost(new Error(`The stream of Alpaca is gone: ${this.#lastError}`));
    this.#lastError = 'the stream was closed';
  }

  #failed(message: string): void {
    this.#lastError = message;
    if (message === 'auth failed') return this.#refused();
    if (/^failed to (decode|process) message/.test(message)) return this.options.onMissed(new Error(`A message of Alpaca's stream could not be read: ${message}`));
    this.options.onWarning(`The stream of Alpaca: ${message}`);
  }

  /** The SDK ends for good here. Keys that worked are tried again; Alpaca also says this while it is being restarted. */
  #refused(): void {
    if (!this.#started) return this.#abandon(new Error('Alpaca refused the keys on its stream: check ALPACA_API_KEY, ALPACA_SECRET_KEY and that they are of this kind (paper or live)'));
    this.options.onWarning('Alpaca refused the keys on its stream; they are tried again');
    this.#again = setTimeout(() => this.#stream.connect(), this.options.mostReconnectMs);
  }

  #watch(): void {
    this.#unwatch();
    const { readyWithinMs } = this.options;
    this.#watchdog = setTimeout(() => {
      this.#lastError = `it did not listen within ${readyWithinMs} ms`;
      if (this.#started) return this.#socket?.terminate();
      this.#abandon(new Error(`The stream of Alpaca ${this.#lastError}: check the network, and ALPACA_STREAM_URL where it is set`));
    }, readyWithinMs);
  }

  #unwatch(): void {
    if (this.#watchdog) clearTimeout(this.#watchdog);
    this.#watchdog = null;
  }

  #abandon(error: Error): void {
    const settle = this.#settle;
    this.stop();
    settle?.reject(error);
  }
}
