import type { HostedRoom, Member } from './hosted-room.js';
import type { RoomMessage } from './message.js';
import type { Outbox } from './outbox.js';
import { Packet } from './packet.js';
import type { RoomLog } from './room-log.js';

/** Where a client's memberships live. */
export interface MembershipHome {
  readonly outbox: Outbox;
  readonly log: RoomLog;
  /** What a client gets before it goes live: the state, without offsets. */
  snapshot(room: HostedRoom): readonly Packet[];
  /** It has ended by itself. */
  onEnd(membership: Membership): void;
  /** The log could not be read: the client has to come back and resume. */
  onFault(fault: Error): void;
}

const PAGE = 200;
const now = (): string => new Date().toISOString();

/**
 * One client in one room. Offsets only grow here: it is either live, and gets what the hub delivers, or it reads the
 * log up to the hub's cursor and goes live in the tick in which both are equal.
 */
export class Membership implements Member {
  position = 0;
  /** Where it began: what came before was not sent to it. */
  begunAt = 0;
  private live = false;
  private gone = false;

  constructor(
    readonly room: HostedRoom,
    private readonly home: MembershipHome,
    /** Message types that are sent; null: all. */
    private types: ReadonlySet<string> | null,
    /** Groups of ids; it ends by itself when one of each was sent. null: it stays. */
    public until: (readonly string[])[] | null,
  ) {
    room.members.add(this);
  }

  /** Begins with what came after `offset`, as first sent; then the snapshot, then what is new. */
  startAfter(offset: number): void {
    this.position = offset;
    this.begunAt = offset;
    this.catchUp().catch((error: unknown) =>
      this.home.onFault(new Error(`room ${this.room.name}: resuming failed`, { cause: error })));
  }

  /** A membership that would end by itself waits for these too; one that stays, stays. */
  alsoUntil(ends: readonly string[]): void {
    this.until?.push(ends);
  }

  /** The client asked for the room itself. */
  stay(types: ReadonlySet<string> | null): void {
    this.until = null;
    this.types = types;
  }

  sendSnapshot(): void {
    for (const packet of this.home.snapshot(this.room)) if (this.wants(packet.type)) this.home.outbox.push(packet);
  }

  deliver(message: RoomMessage, packet: Packet): void {
    if (!this.live || message.offset <= this.position) return;
    this.position = message.offset;
    if (this.wants(message.type)) this.home.outbox.share(packet);
    if (this.until) this.countEnd(message);
  }

  price(symbol: string, packet: Packet): void {
    if (this.live && this.wants('price_update')) this.home.outbox.price(symbol, packet);
  }

  tellPosition(): void {
    if (!this.live || this.types === null || this.home.outbox.format === 'flat') return;
    const { name, epoch } = this.room;
    this.home.outbox.push(Packet.loose('position', JSON.stringify({ room: name, epoch, offset: this.position }), now()));
  }

  leave(): void {
    this.gone = true;
    this.live = false;
    this.room.members.delete(this);
  }

  private wants(type: string): boolean {
    return this.types === null || this.types.has(type);
  }

  private goLive(): void {
    if (this.until === null) this.sendSnapshot();
    this.live = true;
  }

  private async catchUp(): Promise<void> {
    while (!this.gone) {
      if (this.position === this.room.cursor) return this.goLive();
      const page = await this.home.log.read(this.room.name, this.position, this.room.cursor, PAGE);
      if (this.gone) return;
      this.sendPage(page);
      await this.home.outbox.drained();
    }
  }

  private sendPage(page: readonly RoomMessage[]): void {
    const first = page[0]?.offset ?? this.room.cursor + 1;
    if (first !== this.position + 1) this.tellGap(this.position + 1, first - 1);
    this.position = page.at(-1)?.offset ?? this.room.cursor;
    this.home.outbox.page(page.filter(({ type }) => this.wants(type)).map((message) => Packet.logged(message)));
    if (this.until) page.forEach((message) => this.countEnd(message));
  }

  private countEnd({ messageId }: RoomMessage): void {
    if (!this.until) return;
    this.until = this.until.filter((ids) => !ids.includes(messageId));
    if (this.until.length === 0) this.home.onEnd(this);
  }

  /** Retention took them while the client was reading. */
  private tellGap(from: number, to: number): void {
    const { name, epoch } = this.room;
    this.home.outbox.push(Packet.loose('gap', JSON.stringify({ room: name, epoch, from, to }), now()));
  }
}
