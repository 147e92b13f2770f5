import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { Frame } from './raw-client.js';

/** What Socket.IO says where a middleware refused the connection. */
export interface ConnectError extends Error {
  readonly data?: Record<string, unknown>;
}

interface Below {
  readonly transport: { readonly name: string };
  write(message: string | Buffer): void;
}

/**
 * Socket.IO's own client with the face of `RawClient`: events and acknowledgements are kept as frames, in the order in
 * which they came. It does not come back by itself unless told to.
 */
export class SocketIoClient {
  readonly frames: Frame[] = [];
  /** The WebSocket's close code, 0 where there was none, and Socket.IO's reason. */
  closed: { code: number; reason: string } | null = null;
  private waiters: (() => void)[] = [];
  private lastId = 0;
  private tries = 0;

  private constructor(readonly socket: Socket) {
    socket.onAny((type: string, data: unknown, meta: object = {}) => this.keep({ type, data, ...meta }));
    socket.on('disconnect', (reason, details) => {
      const context = (details as { context?: { code?: unknown } } | undefined)?.context;
      this.closed = { code: typeof context?.code === 'number' ? context.code : 0, reason };
      this.wake();
    });
    socket.io.on('reconnect_attempt', () => {
      this.tries += 1;
      this.wake();
    });
    socket.on('connect', () => {
      this.closed = null;
      this.wake();
    });
  }

  /** Begins to connect. */
  static opening(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): SocketIoClient {
    return new SocketIoClient(io(url, { forceNew: true, reconnection: false, ...options }));
  }

  /** @throws ConnectError where the server refuses */
  static async open(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): Promise<SocketIoClient> {
    const client = SocketIoClient.opening(url, options);
    const { socket } = client;
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', (error) => {
        if (!socket.active) socket.close();
        reject(error);
      });
    });
    return client;
  }

  /** engine.io's connection, for what Socket.IO's client would never send. */
  get below(): Below {
    return this.socket.io.engine as unknown as Below;
  }

  /** Sends a command and resolves with its acknowledgement as a frame. */
  ask(type: string, fields: Record<string, unknown> = {}): Promise<Frame> {
    const id = `t${++this.lastId}`;
    this.socket.emit(type, fields, (answer: { ok: boolean; data?: unknown; error?: unknown }) => {
      this.keep(answer.ok ? { type: 'ack', id, ok: true, data: answer.data } : { type: 'error', id, data: answer.error });
    });
    return this.find((frame) => frame.id === id);
  }

  find(fits: (frame: Frame) => boolean): Promise<Frame> {
    return this.until(() => this.frames.find(fits), 'a frame');
  }

  async until<T>(condition: () => T | undefined | null | false, what = 'the condition'): Promise<T> {
    for (;;) {
      const found = condition();
      if (found !== undefined && found !== null && found !== false) return found;
      if (this.closed) throw new Error(`Closed (${this.closed.code} ${this.closed.reason}) while waiting for ${what}; got ${JSON.stringify(this.frames).slice(0, 2000)}`);
      await this.change();
    }
  }

  async end(): Promise<{ code: number; reason: string }> {
    while (!this.closed) await this.change();
    return this.closed;
  }

  /** Resolves once it is connected again. */
  async back(): Promise<void> {
    while (!this.socket.connected) await this.change();
  }

  /** Resolves once it has tried so many times to come back. */
  async attempts(count: number): Promise<void> {
    while (this.tries < count) await this.change();
  }

  logged(room: string): Frame[] {
    return this.frames.filter((frame) => frame.room === room && frame.offset !== undefined && !frame.replayed);
  }

  close(): void {
    this.socket.close();
  }

  private keep(frame: Frame): void {
    this.frames.push(frame);
    this.wake();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  private wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) waiter();
  }
}
