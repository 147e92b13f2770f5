import type { Position, RoomMessage } from './message.js';
import { Packet } from './packet.js';
import type { RoomLog } from './room-log.js';

/** Someone in a room. */
export interface Member {
  /** The room's next message, in order; the packet is shared by all members. */
  deliver(message: RoomMessage, packet: Packet): void;
  price(symbol: string, packet: Packet): void;
  /** Unlogged; the latest of its type wins. */
  loose(packet: Packet): void;
  /** Unlogged; each of them, in order. */
  unlogged(packet: Packet): void;
  /** Every 30 s, for those whose offsets skip. */
  tellPosition(): void;
}

const PAGE = 500;
/** Messages out of order that are kept while the log is read; beyond it, the log has them anyway. */
const MOST_WAITING = 1000;

/** A room on this node: its members, and the cursor behind which everything was handed to them. */
export class HostedRoom {
  readonly members = new Set<Member>();
  /** Resolves once the head is known. */
  ready: Promise<void> = Promise.resolve();
  /** The last message of the type that joining clients get as a snapshot. */
  lastSnapshot: RoomMessage | undefined;
  private place: Position | null = null;
  private holds = 0;
  /** Messages out of order; there are none on most rooms at most times. */
  private waiting: Map<number, RoomMessage> | null = null;
  private healing: Promise<void> | null = null;
  private healAgain = false;

  constructor(
    readonly name: string,
    private readonly log: RoomLog,
    private readonly snapshotType: string,
    private readonly onFault: (fault: Error) => void,
  ) {}

  get epoch(): string {
    return this.placed.epoch;
  }

  /** Offset of the last message that members were handed. */
  get cursor(): number {
    return this.placed.offset;
  }

  hold(): void {
    this.holds += 1;
  }

  /** True when nobody holds it any more. */
  letGo(): boolean {
    this.holds -= 1;
    return this.holds === 0;
  }

  begin(head: Position, snapshot: RoomMessage | undefined): void {
    this.place = head;
    this.lastSnapshot = snapshot;
    const overfull = this.waiting?.size === MOST_WAITING; // then some were not kept
    this.deliverWaiting();
    if (this.waiting || overfull) void this.heal();
  }

  receive(message: RoomMessage): void {
    if (this.place === null) return this.keep(message);
    if (message.offset <= this.place.offset || (message.epoch !== this.place.epoch && this.place.epoch !== '')) return;
    if (message.offset === this.place.offset + 1) {
      this.deliver(message);
      if (this.waiting) this.deliverWaiting();
      return;
    }
    this.keep(message);
    void this.heal();
  }

  price(symbol: string, packet: Packet): void {
    for (const member of this.members) member.price(symbol, packet);
  }

  loose(packet: Packet): void {
    for (const member of this.members) member.loose(packet);
  }

  unlogged(packet: Packet): void {
    for (const member of this.members) member.unlogged(packet);
  }

  /** False until `begin`. */
  get isOpen(): boolean {
    return this.place !== null;
  }

  /** Reads on until members were handed the message of this offset. Never rejects: what fails is said to `onFault`. */
  async healTo(offset: number): Promise<void> {
    if (this.cursor < offset) await this.heal();
  }

  /** Reads what the log has beyond the cursor, all that is there at the call, and delivers it. */
  heal(): Promise<void> {
    // a page that is on its way already may have been read too early for whoever asks now
    this.healAgain = true;
    this.healing ??= this.readOn();
    return this.healing;
  }

  private async readOn(): Promise<void> {
    try {
      do {
        this.healAgain = false;
        await this.readPages();
      } while (this.healAgain);
    } catch (error) {
      this.onFault(new Error(`room ${this.name}: reading the log failed`, { cause: error }));
    } finally {
      this.healing = null;
    }
  }

  private async readPages(): Promise<void> {
    for (;;) {
      const from = this.cursor;
      const page = await this.log.read(this.name, from, Number.MAX_SAFE_INTEGER, PAGE);
      const [first] = page;
      // retention was faster: members are told of the gap by what comes next
      if (first && first.offset > from + 1) this.place = { epoch: first.epoch, offset: first.offset - 1 };
      for (const message of page) if (message.offset === this.cursor + 1) this.deliver(message);
      this.deliverWaiting();
      if (page.length < PAGE || this.cursor === from) return;
    }
  }

  private keep(message: RoomMessage): void {
    this.waiting ??= new Map();
    if (this.waiting.size < MOST_WAITING) this.waiting.set(message.offset, message);
  }

  private deliverWaiting(): void {
    const { waiting } = this;
    if (!waiting) return;
    for (const offset of waiting.keys()) if (offset <= this.cursor) waiting.delete(offset);
    for (let next = waiting.get(this.cursor + 1); next; next = waiting.get(this.cursor + 1)) {
      waiting.delete(next.offset);
      this.deliver(next);
    }
    if (waiting.size === 0) this.waiting = null;
  }

  private deliver(message: RoomMessage): void {
    this.place = { epoch: message.epoch, offset: message.offset };
    if (message.type === this.snapshotType) this.lastSnapshot = message;
    if (this.members.size === 0) return;
    const packet = Packet.logged(message);
    for (const member of this.members) member.deliver(message, packet);
  }

  private get placed(): Position {
    if (this.place === null) throw new Error(`room ${this.name} is not open yet`);
    return this.place;
  }
}
