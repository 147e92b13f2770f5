import { WebSocket } from 'ws';
import { frameIn, type Frame } from './heard.js';

/** How a connection ended, or why there was none. */
export interface LineEnd {
  /** Of the close frame; null: it was never open. */
  readonly code: number | null;
  /** In the server's words, or the socket's. */
  readonly reason: string;
}

/** For good, with why; or to be dialled again. */
type AfterEnd = { readonly afterMs: number } | { readonly code: string; readonly message: string };

export interface LineNeeds {
  /** With the token in its query: never shown. */
  readonly url: string;
  /** @param attempt how many have failed one after the other, from 1 */
  readonly afterEnd: (end: LineEnd, attempt: number, wasEverUp: boolean) => AfterEnd;
  readonly times?: Partial<LineTimes>;
}

export interface LineTimes {
  readonly connectMs: number;
  /** After this long in silence a ping, after as long again the line is given up. */
  readonly heartbeatMs: number;
  /** For the answer to a frame. */
  readonly answerMs: number;
}

export interface LineEvents {
  /** The first ack, of each connection. */
  connected(ack: Frame): void;
  /** What is no answer. */
  frame(frame: Frame): void;
  waiting(afterMs: number, why: string): void;
  over(code: string, message: string): void;
}

interface Pending {
  readonly frame: Frame;
  readonly resolve: (answer: Frame | null) => void;
}

const TIMES: LineTimes = { connectMs: 10_000, heartbeatMs: 30_000, answerMs: 30_000 };

/**
 * One connection after another to `/ws/events`. What is asked waits for its answer, one at a time; where the connection breaks before it, it is
 * asked again on the next, since nobody knows whether it arrived.
 */
export class Line {
  private socket: WebSocket | null = null;
  private up = false;
  private everUp = false;
  private attempt = 0;
  private isOver = false;
  private refusal = '';
  private heard = true;
  private readonly times: LineTimes;
  private readonly asked: Pending[] = [];
  private waitingFor: Pending | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private beat: ReturnType<typeof setInterval> | undefined;
  private answerBy: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly needs: LineNeeds, private readonly events: LineEvents) {
    this.times = { ...TIMES, ...needs.times };
  }

  start(): void {
    if (this.isOver) return;
    this.attempt += 1;
    this.refusal = '';
    const socket = new WebSocket(this.needs.url, { handshakeTimeout: this.times.connectMs, maxPayload: 16 * 1024 * 1024 });
    this.socket = socket;
    const opening = setTimeout(() => socket.terminate(), this.times.connectMs);
    let opened = false;
    let failure = '';
    socket.on('open', () => { opened = true; });
    socket.on('message', (data) => {
      this.heard = true;
      const frame = frameIn(String(data));
      if (frame === null) return;
      if (this.up) return this.take(frame);
      clearTimeout(opening);
      this.greeted(frame);
    });
    socket.on('ping', () => { this.heard = true; });
    socket.on('pong', () => { this.heard = true; });
    socket.on('error', (error) => { failure = error.message; }); // 'close' follows
    socket.on('close', (code, reason) => {
      clearTimeout(opening);
      if (socket === this.socket) this.ended(opened ? { code, reason: [String(reason), this.refusal].filter(Boolean).join(': ') } : { code: null, reason: failure });
    });
  }

  /** Resolves with the answer, over however many connections; null where the line is over before it. */
  ask(frame: Frame): Promise<Frame | null> {
    return new Promise((resolve) => {
      if (this.isOver) return resolve(null);
      this.asked.push({ frame, resolve });
      this.next();
    });
  }

  /** Without an answer; lost where the line is not up. */
  tell(frame: Frame): void {
    if (this.up) this.socket?.send(JSON.stringify(frame));
  }

  /** Takes another connection: what is not settled comes again. */
  redial(): void {
    this.socket?.terminate();
  }

  /** In peace: resolves once the other side has all that was told, or has not said so within a second. */
  async close(): Promise<void> {
    if (!this.isOver) this.finish();
    clearTimeout(this.retry);
    const { socket } = this;
    this.socket = null;
    this.up = false;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    const patience = setTimeout(() => socket.terminate(), 1000);
    await new Promise((closed) => {
      socket.once('close', closed);
      socket.close(1000);
    });
    clearTimeout(patience);
  }

  private greeted(frame: Frame): void {
    if (frame['type'] !== 'ack' || frame['ok'] !== true) {
      this.refusal = refusalIn(frame); // the close that follows says the rest
      return;
    }
    this.up = true;
    this.everUp = true;
    this.attempt = 0;
    this.beat = setInterval(() => this.pulse(), this.times.heartbeatMs);
    this.events.connected(frame);
    this.next();
  }

  private take(frame: Frame): void {
    if (frame['type'] !== 'ack') return this.events.frame(frame);
    const pending = this.waitingFor;
    if (!pending) return frame['ok'] === true ? undefined : this.events.frame(frame);
    clearTimeout(this.answerBy);
    this.waitingFor = null;
    pending.resolve(frame);
    this.next();
  }

  private next(): void {
    if (!this.up || this.waitingFor || this.asked.length === 0) return;
    this.waitingFor = this.asked.shift()!;
    this.socket!.send(JSON.stringify(this.waitingFor.frame));
    this.answerBy = setTimeout(() => this.socket?.terminate(), this.times.answerMs);
  }

  private pulse(): void {
    if (!this.heard) return this.socket?.terminate();
    this.heard = false;
    this.socket?.ping();
  }

  private ended(end: LineEnd): void {
    this.stopTimers();
    this.up = false;
    this.socket = null;
    if (this.waitingFor) this.asked.unshift(this.waitingFor);
    this.waitingFor = null;
    if (this.isOver) return;
    const after = this.needs.afterEnd(end, Math.max(1, this.attempt), this.everUp);
    if ('code' in after) {
      this.finish();
      return this.events.over(after.code, after.message);
    }
    this.events.waiting(after.afterMs, end.reason);
    this.retry = setTimeout(() => this.start(), after.afterMs);
  }

  private finish(): void {
    this.isOver = true;
    this.stopTimers();
    for (const { resolve } of [this.waitingFor, ...this.asked.splice(0)].filter((each) => each !== null)) resolve(null);
    this.waitingFor = null;
  }

  private stopTimers(): void {
    clearInterval(this.beat);
    clearTimeout(this.answerBy);
  }
}

const refusalIn = (frame: Frame): string => {
  const detail = Array.isArray(frame['detail']) ? (frame['detail'] as { message?: unknown }[])[0]?.message : undefined;
  return typeof detail === 'string' ? detail : typeof frame['message'] === 'string' ? frame['message'] : '';
};
