import { Conflation } from './conflation.js';
import type { HostedRoom, Member } from './hosted-room.js';
import type { LogPages } from './log-pages.js';
import type { RoomMessage } from './message.js';
import type { Outbox } from './outbox.js';
import { symbolOf } from './names.js';
import { Packet } from './packet.js';

/** Where a client's memberships live. */
export interface MembershipHome {
  readonly outbox: Outbox;
  readonly pages: Pick<LogPages, 'read'>;
  /** What a client gets before it goes live: the state, without offsets. */
  snapshot(room: HostedRoom): readonly Packet[];
  /** It has ended by itself. */
  onEnd(membership: Membership): void;
  /** The log could not be read: the client has to come back and resume. */
  onFault(fault: Error): void;
}

/** A page has so many bytes, as far as its room's last page tells. */
const PAGE_BYTES = 256 * 1024;
const FIRST_PAGE = 50;
const LONGEST_PAGE = 200;
/** Between two unlogged messages of one type. */
const LOOSE_EVERY_MS = 1000;
/** Types that are said unlogged, and again at each change. */
const LOOSE: ReadonlySet<string> = new Set(['account_update', 'position_update']);
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
  /** The catching up that is under way; one that was begun before it stops. */
  private attempt = 0;
  private pageLength = FIRST_PAGE;
  /** By type; made when first needed, as most rooms say nothing unlogged but prices. */
  private conflated: Map<string, Conflation<Packet>> | null = null;

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
    this.resume();
  }

  /** Goes on from its position: what it has missed, the snapshot, what is new. */
  resume(): void {
    this.attempt += 1;
    this.catchUp(this.attempt).catch((error: unknown) =>
      this.home.onFault(new Error(`room ${this.room.name}: resuming failed`, { cause: error })));
  }

  /** A membership that would end by itself waits for these too; one that stays, stays. */
  alsoUntil(ends: readonly string[]): void {
    this.until?.push(ends);
  }

  /** The client asked for the room itself. Nothing is sent until `resume`, so that the answer goes before. */
  stay(types: ReadonlySet<string> | null): void {
    this.until = null;
    this.types = types;
    this.live = false;
    this.attempt += 1;
    this.dropWaiting(); // the snapshot brings newer ones
  }

  /** Something that was said before anybody waited for it here. */
  saidBefore(message: RoomMessage): void {
    if (message.offset <= this.position) this.countEnd(message);
  }

  deliver(message: RoomMessage, packet: Packet): void {
    if (!this.live || message.offset <= this.position) return;
    if (message.offset !== this.position + 1) this.tellGap(this.position + 1, message.offset - 1);
    this.position = message.offset;
    if (this.wants(message.type)) this.home.outbox.share(packet);
    if (this.until) this.countEnd(message);
  }

  price(symbol: string, packet: Packet): void {
    if (this.live && this.wants('price_update')) this.home.outbox.latest(symbol, packet);
  }

  loose(packet: Packet): void {
    if (this.live && this.wants(packet.type)) this.conflation(packet.type).offer(packet);
  }

  unlogged(packet: Packet): void {
    if (this.live && this.wants(packet.type)) this.home.outbox.share(packet);
  }

  tellPosition(): void {
    if (!this.live || this.types === null || this.home.outbox.format === 'flat') return;
    const { name, epoch } = this.room;
    this.home.outbox.push(Packet.loose('position', JSON.stringify({ room: name, epoch, offset: this.position }), now()));
  }

  leave(): void {
    this.gone = true;
    this.live = false;
    this.attempt += 1;
    this.room.members.delete(this);
    this.dropWaiting();
  }

  private conflation(type: string): Conflation<Packet> {
    const conflated = (this.conflated ??= new Map());
    let of = conflated.get(type);
    if (!of) conflated.set(type, of = new Conflation<Packet>(LOOSE_EVERY_MS, (packet) => this.home.outbox.latest(this.keyOf(type), packet)));
    return of;
  }

  private keyOf(type: string): string {
    return `${this.room.name} ${type}`;
  }

  private dropWaiting(): void {
    for (const [type, conflation] of this.conflated ?? []) {
      conflation.drop();
      this.home.outbox.dropLatest(this.keyOf(type));
    }
    const symbol = symbolOf(this.room.name);
    if (symbol !== null) this.home.outbox.dropLatest(symbol);
  }

  private wants(type: string): boolean {
    return this.types === null || this.types.has(type);
  }

  private goLive(): void {
    if (this.until === null) this.sendSnapshot();
    this.live = true;
  }

  private sendSnapshot(): void {
    for (const packet of this.home.snapshot(this.room)) {
      if (!this.wants(packet.type)) continue;
      this.home.outbox.push(packet);
      if (LOOSE.has(packet.type)) this.conflation(packet.type).told();
    }
  }

  private async catchUp(attempt: number): Promise<void> {
    while (attempt === this.attempt) {
      const { cursor } = this.room;
      if (this.position === cursor) return this.goLive();
      const page = await this.home.pages.read(this.room.name, this.position, cursor, this.pageLength);
      if (attempt !== this.attempt) return;
      this.sendPage(page, cursor);
      await this.home.outbox.drained();
    }
  }

  /** `upTo` is what the page was asked to reach. */
  private sendPage(page: readonly RoomMessage[], upTo: number): void {
    const first = page[0]?.offset ?? upTo + 1;
    if (first !== this.position + 1) this.tellGap(this.position + 1, first - 1);
    this.position = page.at(-1)?.offset ?? upTo;
    this.pageLength = nextLength(page);
    this.home.outbox.page(page.filter(({ type }) => this.wants(type)).map((message) => Packet.logged(message)));
    if (this.until) page.forEach((message) => this.countEnd(message));
  }

  private countEnd({ messageId }: RoomMessage): void {
    if (!this.until || this.gone) return;
    this.until = this.until.filter((ids) => !ids.includes(messageId));
    if (this.until.length === 0) this.home.onEnd(this);
  }

  /** Retention took them while the client was reading. */
  private tellGap(from: number, to: number): void {
    const { name, epoch } = this.room;
    this.home.outbox.push(Packet.loose('gap', JSON.stringify({ room: name, epoch, from, to }), now()));
  }
}

function nextLength(page: readonly RoomMessage[]): number {
  const bytes = page.reduce((sum, { body }) => sum + body.length, 1);
  return Math.min(LONGEST_PAGE, Math.ceil((page.length * PAGE_BYTES) / bytes) || FIRST_PAGE);
}
