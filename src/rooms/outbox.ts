import type { Batch } from './batch.js';
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
  /** What only this client gets. */
  write(items: readonly Outgoing[]): void;
  /** What it shares with others: one buffer, one write. */
  writeBatch(batch: Batch): void;
  /** Calls once when `buffered` is low again. */
  whenDrained(then: () => void): void;
}

export interface QueueBounds {
  readonly queueMessages: number;
  readonly queueBytes: number;
}

/** Bytes in a socket above which the rest waits here. */
const HIGH_WATER = 64 * 1024;
const NONE: ReadonlyMap<string, Packet> = new Map();

/**
 * The one ordered queue of everything that a client gets. Prices keep only the latest per symbol while they wait;
 * nothing else is ever dropped: past the bounds `onOverflow` is called once, and the client has to resume.
 */
export class Outbox implements Flushable {
  /** What others get too, until something comes that is for this client alone; that and the rest goes to the queue. */
  private batch: Batch | null = null;
  private queue: Outgoing[] | null = null;
  private prices: Map<string, Packet> | null = null;
  private countedMessages = 0;
  private countedBytes = 0;
  private marked = false;
  private blocked = false;
  private closed = false;
  private drainWaiters: Thunk[] | null = null;
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

  /** A message of a room: what its other members get as well. Must arrive, in order. */
  share(packet: Packet): void {
    if (this.closed) return;
    if (this.queue !== null || this.blocked) return this.push(packet);
    this.batch = (this.batch ?? this.loop.root).and(packet);
    if (!this.marked) this.mark();
  }

  /** Something for this client alone. Must arrive, in order. */
  push(item: Outgoing): void {
    if (this.closed) return;
    (this.queue ??= []).push(item);
    if (this.blocked) this.count(item);
    else this.mark();
  }

  /** The latest of something, such as a symbol's price; replaces one that still waits. */
  latest(key: string, packet: Packet): void {
    if (this.closed) return;
    (this.prices ??= new Map()).set(key, packet);
    if (!this.blocked) this.mark();
  }

  /** What waits of it is not wanted any more: the client has left the room, or gets a snapshot. */
  dropLatest(key: string): void {
    this.prices?.delete(key);
  }

  /** A page of history: in order like `push`, but the reader waits for `drained`, so it does not count as a backlog. */
  page(packets: readonly Packet[]): void {
    if (this.closed) return;
    const queue = (this.queue ??= []);
    for (const packet of packets) queue.push(packet);
    if (!this.blocked) this.mark();
  }

  /** Resolves once everything so far has left and the socket has room, or the client is gone. */
  drained(): Promise<void> {
    if (this.closed || (this.queue === null && this.batch === null && !this.blocked)) return Promise.resolve();
    return new Promise((resolve) => (this.drainWaiters ??= []).push(resolve));
  }

  flush(): void {
    this.marked = false;
    if (this.closed || this.blocked) return;
    if (this.prices !== null) this.takePrices();
    const { batch, queue } = this;
    this.batch = null;
    this.queue = null;
    if (batch !== null) {
      this.wire.writeBatch(batch);
      this.sent += batch.length;
    }
    if (queue !== null) {
      this.wire.write(queue);
      this.sent += queue.length;
    }
    if (this.wire.buffered > HIGH_WATER) this.block();
    else if (this.drainWaiters !== null) this.release();
  }

  /** Drops what waits; nothing is sent after. */
  close(): void {
    this.closed = true;
    this.batch = null;
    this.queue = null;
    this.prices = null;
    this.release();
  }

  /** Prices go behind what waits: the latest of each symbol. */
  private takePrices(): void {
    const prices = this.prices ?? NONE;
    this.prices = null;
    for (const price of prices.values()) {
      if (this.queue !== null) this.queue.push(price);
      else this.batch = (this.batch ?? this.loop.root).and(price);
    }
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
    this.drainWaiters = null;
    if (waiters) for (const resolve of waiters) resolve();
  }

  private count(item: Outgoing): void {
    this.countedMessages += 1;
    if (typeof item !== 'function') this.countedBytes += item.frame(this.wire.format).length;
    if (this.countedMessages > this.bounds.queueMessages || this.countedBytes + this.wire.buffered > this.bounds.queueBytes) {
      this.close();
      this.onOverflow();
    }
  }
}
