import type { FlushLoop, Flushable } from './flush-loop.js';
import type { Format, Packet } from './packet.js';

/** An answer that only the transport can send (a Socket.IO acknowledgement). */
export type Thunk = () => void;
export type Outgoing = Packet | Thunk;

/** A client's socket, as the outbox sees it. */
export interface Wire {
  readonly format: Format;
  /** Bytes that the socket has taken and not yet handed to the kernel. */
  readonly buffered: number;
  write(items: readonly Outgoing[]): void;
  /** Calls once when `buffered` is low again. */
  whenDrained(then: () => void): void;
}

export interface QueueBounds {
  readonly messages: number;
  readonly bytes: number;
}

/** Bytes in a socket above which the rest waits here. */
const HIGH_WATER = 64 * 1024;

/**
 * The one ordered queue of everything that a client gets. Prices keep only the latest per symbol while they wait;
 * nothing else is ever dropped: past the bounds `onOverflow` is called once, and the client has to resume.
 */
export class Outbox implements Flushable {
  private queue: Outgoing[] = [];
  private prices = new Map<string, Packet>();
  private countedMessages = 0;
  private countedBytes = 0;
  private marked = false;
  private blocked = false;
  private closed = false;
  private drainWaiters: Thunk[] = [];
  /** Messages written so far. */
  sent = 0;

  constructor(
    private readonly wire: Wire,
    private readonly loop: FlushLoop,
    private readonly bounds: QueueBounds,
    private readonly onOverflow: () => void,
  ) {}

  get format(): Format {
    return this.wire.format;
  }

  /** Something that must arrive, in order. */
  push(item: Outgoing): void {
    if (this.closed) return;
    this.queue.push(item);
    if (this.blocked) this.count(item);
    else this.mark();
  }

  /** The latest price of a symbol; replaces one that still waits. */
  price(symbol: string, packet: Packet): void {
    if (this.closed) return;
    this.prices.set(symbol, packet);
    if (!this.blocked) this.mark();
  }

  /** The price that waits is not wanted any more: the client has left the room, or gets a snapshot. */
  dropPrice(symbol: string): void {
    this.prices.delete(symbol);
  }

  /** A page of history: in order like `push`, but the reader waits for `drained`, so it does not count as a backlog. */
  page(packets: readonly Packet[]): void {
    if (this.closed) return;
    for (const packet of packets) this.queue.push(packet);
    if (!this.blocked) this.mark();
  }

  /** Resolves once everything so far has left and the socket has room, or the client is gone. */
  drained(): Promise<void> {
    if (this.closed || (this.queue.length === 0 && !this.blocked)) return Promise.resolve();
    return new Promise((resolve) => this.drainWaiters.push(resolve));
  }

  flush(): void {
    this.marked = false;
    if (this.closed || this.blocked) return;
    const items = this.queue;
    if (this.prices.size > 0) {
      for (const price of this.prices.values()) items.push(price);
      this.prices.clear();
    }
    this.queue = [];
    if (items.length > 0) {
      this.wire.write(items);
      this.sent += items.length;
    }
    if (this.wire.buffered > HIGH_WATER) this.block();
    else this.release();
  }

  /** Drops what waits; nothing is sent after. */
  close(): void {
    this.closed = true;
    this.queue = [];
    this.prices.clear();
    this.release();
  }

  private mark(): void {
    if (this.marked) return;
    this.marked = true;
    this.loop.mark(this);
  }

  private block(): void {
    this.blocked = true;
    this.wire.whenDrained(() => {
      this.blocked = false;
      this.countedMessages = 0;
      this.countedBytes = 0;
      this.flush();
    });
  }

  private release(): void {
    const waiters = this.drainWaiters;
    if (waiters.length === 0) return;
    this.drainWaiters = [];
    for (const resolve of waiters) resolve();
  }

  private count(item: Outgoing): void {
    this.countedMessages += 1;
    if (typeof item !== 'function') this.countedBytes += item.frame(this.wire.format).length;
    if (this.countedMessages > this.bounds.messages || this.countedBytes + this.wire.buffered > this.bounds.bytes) {
      this.close();
      this.onOverflow();
    }
  }
}
