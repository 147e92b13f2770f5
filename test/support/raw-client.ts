import { once } from 'node:events';
import WebSocket from 'ws';

export interface Frame {
  readonly type: string;
  readonly id?: string;
  readonly ok?: boolean;
  // the tests read what the contract promises
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data: any;
  readonly room?: string;
  readonly epoch?: string;
  readonly offset?: number;
  readonly timestamp?: string;
  readonly snapshot?: boolean;
  readonly replayed?: boolean;
}

/** A raw WebSocket that keeps all that it got, and waits for conditions. */
export class RawClient {
  readonly frames: Frame[] = [];
  closed: { code: number; reason: string } | null = null;
  private waiters: (() => void)[] = [];
  private lastId = 0;

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data) => {
      this.frames.push(JSON.parse(String(data)) as Frame);
      this.wake();
    });
    ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.wake();
    });
    ws.on('error', () => undefined);
  }

  static async open(url: string, options: WebSocket.ClientOptions = {}): Promise<RawClient> {
    const client = new RawClient(new WebSocket(url, options));
    await once(client.ws, 'open');
    return client;
  }

  send(frame: unknown): void {
    this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** Sends a command and resolves with its answer, of whatever kind. */
  async ask(type: string, fields: Record<string, unknown> = {}): Promise<Frame> {
    const id = `t${++this.lastId}`;
    this.send({ type, id, ...fields });
    return this.find((frame) => frame.id === id);
  }

  /** The first frame, had or to come, that fits. */
  find(fits: (frame: Frame) => boolean): Promise<Frame> {
    return this.until(() => this.frames.find(fits), 'a frame');
  }

  /** Resolves once the condition gives something. */
  async until<T>(condition: () => T | undefined | null | false, what = 'the condition'): Promise<T> {
    for (;;) {
      const found = condition();
      if (found !== undefined && found !== null && found !== false) return found;
      if (this.closed) throw new Error(`Closed (${this.closed.code} ${this.closed.reason}) while waiting for ${what}; got ${JSON.stringify(this.frames).slice(0, 2000)}`);
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
  }

  /** Resolves with how the connection ended. */
  async end(): Promise<{ code: number; reason: string }> {
    while (!this.closed) await new Promise<void>((resolve) => this.waiters.push(resolve));
    return this.closed;
  }

  /** Logged messages of a room, as they came. */
  logged(room: string): Frame[] {
    return this.frames.filter((frame) => frame.room === room && frame.offset !== undefined && !frame.replayed);
  }

  close(): void {
    this.ws.close();
  }

  private wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) waiter();
  }
}
