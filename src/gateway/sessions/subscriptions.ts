import { CodedError } from '../../model/codes.js';
import type { HostedRoom } from '../../rooms/hosted-room.js';
import type { Hub } from '../../rooms/hub.js';
import { Membership } from '../../rooms/membership.js';
import type { Position, RoomMessage } from '../../rooms/message.js';
import { clientRoom, SYSTEM_ROOM } from '../../rooms/names.js';
import { Packet } from '../../rooms/packet.js';
import type { RoomLog } from '../../rooms/room-log.js';
import type { Snapshots } from './snapshots.js';
import type { Session } from './session.js';

export interface JoinedRoom {
  readonly room: string;
  readonly epoch: string;
  readonly offset: number;
  readonly recovered: boolean;
  readonly replayed: number;
}

interface Joined {
  readonly rooms: readonly JoinedRoom[];
  /** Call once the answer is on its way: what was missed, the snapshot and what is new follow it. */
  begin(): void;
}

/** A room that the session has just entered, or asked for again. */
interface Entered {
  readonly answer: JoinedRoom;
  /** Nobody was in it. */
  readonly first: boolean;
  begin(): void;
}

export interface SubscriptionNeeds {
  readonly hub: Hub;
  readonly log: RoomLog;
  readonly snapshots: Snapshots;
  readonly maxRooms: number;
  /** Somebody is in rooms where nobody was. */
  onFirst(rooms: readonly string[]): void;
}

/** The rooms that one session is in. */
export class Subscriptions {
  private readonly members = new Map<string, Membership>();

  constructor(private readonly session: Session, private readonly needs: SubscriptionNeeds) {
    session.onClose(() => { for (const name of [...this.members.keys()]) this.leave(name); });
  }

  has(name: string): boolean {
    return this.members.has(name);
  }

  /** Rooms that the client asked for. */
  get names(): string[] {
    return [...this.members.values()].filter(({ until }) => until === null).map(({ room }) => room.name);
  }

  /**
   * All or nothing. The positions are fixed when it resolves; messages from there on follow `begin`.
   * @throws CodedError SUBSCRIPTION_LIMIT
   */
  async join(names: readonly string[], since: (room: string) => Position | undefined, types: readonly string[] | undefined): Promise<Joined> {
    const wanted = [...new Set(names)];
    this.checkRoom(wanted);
    const hosted = await this.needs.hub.host(wanted);
    const oldest = await this.oldestOf(hosted, since);
    if (this.session.isClosed) {
      for (const room of hosted) this.needs.hub.release(room);
      throw new CodedError('NOT_READY', 'The connection has gone');
    }
    const filter = types ? new Set(types) : null;
    const joined = hosted.map((room) => this.enter(room, since(room.name), oldest.get(room.name), filter));
    return { rooms: joined.map(({ answer }) => answer), begin: () => this.begin(joined) };
  }

  leave(name: string): boolean {
    const membership = this.members.get(name);
    if (!membership) return false;
    this.members.delete(name);
    membership.leave();
    this.needs.hub.release(membership.room);
    return true;
  }

  /**
   * Makes the session a member until one of `ends` was said, and sends what came after `from`; a member already gets
   * of `said` what came before it had joined.
   */
  follow(room: HostedRoom, from: number, ends: readonly string[], said: readonly RoomMessage[]): void {
    const membership = this.members.get(room.name);
    if (membership) {
      this.needs.hub.release(room);
      membership.alsoUntil(ends);
      for (const message of said) if (message.offset <= membership.begunAt) this.session.outbox.push(Packet.logged(message, 'replayed'));
      return;
    }
    this.member(room, null, () => [], [ends]).startAfter(from);
  }

  private begin(joined: readonly Entered[]): void {
    for (const { begin } of joined) begin();
    const first = joined.filter(({ first: isFirst }) => isFirst).map(({ answer }) => answer.room);
    if (first.length > 0) this.needs.onFirst(first);
  }

  private enter(room: HostedRoom, since: Position | undefined, oldest: number | undefined, types: ReadonlySet<string> | null): Entered {
    const membership = this.members.get(room.name);
    if (membership) {
      this.needs.hub.release(room);
      membership.stay(types);
      const recovered = since?.epoch === room.epoch && since.offset >= membership.begunAt;
      const answer = { room: room.name, epoch: room.epoch, offset: membership.position, recovered, replayed: 0 };
      return { answer, first: false, begin: () => membership.sendSnapshot() };
    }
    const recovered = since !== undefined && isKept(room, since, oldest);
    const from = recovered ? since.offset : room.cursor;
    const answer = { room: room.name, epoch: room.epoch, offset: from, recovered, replayed: room.cursor - from };
    const first = room.members.size === 0;
    const fresh = this.member(room, types, (of) => this.needs.snapshots.of(of));
    return { answer, first, begin: () => fresh.startAfter(from) };
  }

  private member(room: HostedRoom, types: ReadonlySet<string> | null, snapshot: (room: HostedRoom) => readonly Packet[], until: (readonly string[])[] | null = null): Membership {
    const needs = {
      outbox: this.session.outbox,
      log: this.needs.log,
      snapshot,
      onFault: () => this.session.end('STORE_UNAVAILABLE', 'The log could not be read: connect again and resume from your last offsets'),
    };
    const membership = new Membership(room, needs, types, until, ({ room: { name } }) => this.leave(name));
    this.members.set(room.name, membership);
    return membership;
  }

  private checkRoom(wanted: readonly string[]): void {
    const rooms = new Set([...this.names, ...wanted].filter((name) => !isOwn(name)));
    if (rooms.size <= this.needs.maxRooms) return;
    throw new CodedError('SUBSCRIPTION_LIMIT', `One connection may be in ${this.needs.maxRooms} rooms: unsubscribe from some, or open another connection`);
  }

  /** First kept offsets where somebody resumes; reads on first where a client claims more than this node has seen. */
  private async oldestOf(hosted: readonly HostedRoom[], since: (room: string) => Position | undefined): Promise<ReadonlyMap<string, number>> {
    const resumed = hosted.filter(({ name }) => since(name) !== undefined);
    if (resumed.length === 0) return new Map();
    await Promise.all(resumed.filter((room) => since(room.name)!.offset > room.cursor).map((room) => room.heal()));
    return this.needs.log.oldest(resumed.map(({ name }) => name));
  }
}

/** `system` and the client's own room do not count towards the limit, nor do rooms that it is in until a run ends. */
const isOwn = (name: string): boolean => name === SYSTEM_ROOM || name.startsWith(clientRoom(''));

const isKept = (room: HostedRoom, since: Position, oldest: number | undefined): boolean =>
  since.epoch === room.epoch && since.offset <= room.cursor && (since.offset === room.cursor || (oldest !== undefined && since.offset >= oldest - 1));
