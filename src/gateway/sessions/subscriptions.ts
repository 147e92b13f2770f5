import { CodedError } from '../../model/codes.js';
import type { HostedRoom } from '../../rooms/hosted-room.js';
import type { Hub } from '../../rooms/hub.js';
import type { LogPages } from '../../rooms/log-pages.js';
import { Membership, type MembershipHome } from '../../rooms/membership.js';
import type { Position, RoomMessage } from '../../rooms/message.js';
import { clientRoom, SYSTEM_ROOM } from '../../rooms/names.js';
import type { Outbox } from '../../rooms/outbox.js';
import { Packet } from '../../rooms/packet.js';
import type { RoomLog } from '../../rooms/room-log.js';
import type { Snapshots } from './snapshots.js';
import type { Session } from './session.js';

/** Where the client stands in a room, as it said. */
type Since = (room: string) => Position | undefined;

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
  readonly pages: Pick<LogPages, 'read'>;
  readonly snapshots: Snapshots;
  readonly maxRooms: number;
  /** Somebody is in rooms where nobody was. */
  onFirst(rooms: readonly string[]): void;
}

/** The rooms that one session is in. */
export class Subscriptions implements MembershipHome {
  private readonly members = new Map<string, Membership>();
  /** What was sent of rooms that it has left: after `begunAt`, up to `position`. */
  private left: Map<string, { readonly begunAt: number; readonly position: number }> | null = null;

  constructor(private readonly session: Session, private readonly needs: SubscriptionNeeds) {
    session.onClose(() => { for (const name of [...this.members.keys()]) this.leave(name); });
  }

  get outbox(): Outbox {
    return this.session.outbox;
  }

  get pages(): Pick<LogPages, 'read'> {
    return this.needs.pages;
  }

  snapshot(room: HostedRoom): readonly Packet[] {
    return this.needs.snapshots.of(room);
  }

  onEnd({ room: { name } }: Membership): void {
    this.leave(name);
  }

  onFault(): void {
    this.session.end('STORE_UNAVAILABLE', 'The log could not be read: connect again and resume from your last offsets');
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
  async join(names: readonly string[], since: Since, types?: readonly string[]): Promise<Joined> {
    const wanted = [...new Set(names)];
    this.checkRoom(wanted);
    return this.hosted(wanted, since, types, true);
  }

  /** The rooms that the client is in by itself; their messages say where it stands. */
  joinOwn(names: readonly string[], since: Since): Promise<Joined> {
    return this.hosted(names, since, undefined, false);
  }

  private async hosted(names: readonly string[], since: Since, types: readonly string[] | undefined, settle: boolean): Promise<Joined> {
    const { hub } = this.needs;
    const rooms = await hub.host(names);
    try {
      if (settle) await hub.settle(rooms);
      return this.entered(rooms, since, await this.oldestOf(rooms, since), types);
    } catch (error) {
      for (const room of rooms) hub.release(room);
      throw error;
    }
  }

  private entered(hosted: readonly HostedRoom[], since: Since, oldest: ReadonlyMap<string, number>, types: readonly string[] | undefined): Joined {
    if (this.session.isClosed) throw new CodedError('NOT_READY', 'The connection has gone');
    const filter = types ? new Set(types) : null;
    const joined = hosted.map((room) => this.enter(room, since(room.name), oldest.get(room.name), filter));
    return { rooms: joined.map(({ answer }) => answer), begin: () => this.begin(joined) };
  }

  leave(name: string): boolean {
    const membership = this.members.get(name);
    if (!membership) return false;
    this.members.delete(name);
    membership.leave();
    (this.left ??= new Map()).set(name, { begunAt: membership.begunAt, position: membership.position });
    this.needs.hub.release(membership.room);
    return true;
  }

  /**
   * Makes the session a member until one of `ends` was said, and sends what came after `from`, but nothing twice. Who
   * is a member, or was one later than `from`, gets of `said` what came before that.
   */
  follow(room: HostedRoom, from: number, ends: readonly string[], said: readonly RoomMessage[]): void {
    const here = this.members.get(room.name);
    const had = here ?? this.left?.get(room.name);
    if (had) for (const message of said) if (message.offset <= had.begunAt) this.session.outbox.push(Packet.logged(message, 'replayed'));
    const membership = here ?? this.member(room, null, [ends]);
    if (here) {
      this.needs.hub.release(room);
      here.alsoUntil(ends);
    } else {
      membership.startAfter(Math.max(from, had?.position ?? 0));
    }
    if (membership.until) void this.endIfSaid(membership, ends);
  }

  /** The end may have been sent before anybody waited for it here; looked for after, so that it is met one way or the other. */
  private async endIfSaid(membership: Membership, ends: readonly string[]): Promise<void> {
    try {
      for (const message of await this.needs.log.find(ends)) membership.saidBefore(message);
    } catch {
      this.endUnread();
    }
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
      const { position } = membership;
      const recovered = since?.epoch === room.epoch && since.offset >= membership.begunAt && since.offset <= room.cursor;
      const answer = { room: room.name, epoch: room.epoch, offset: position, recovered, replayed: room.cursor - position };
      return { answer, first: false, begin: () => membership.resume() };
    }
    const recovered = since !== undefined && isKept(room, since, oldest ?? Infinity);
    const from = recovered ? since.offset : room.cursor;
    const answer = { room: room.name, epoch: room.epoch, offset: from, recovered, replayed: room.cursor - from };
    const first = room.members.size === 0;
    const fresh = this.member(room, types);
    return { answer, first, begin: () => fresh.startAfter(from) };
  }

  private member(room: HostedRoom, types: ReadonlySet<string> | null, until: (readonly string[])[] | null = null): Membership {
    const membership = new Membership(room, this, types, until);
    this.members.set(room.name, membership);
    return membership;
  }

  private endUnread(): void {
    this.session.end('STORE_UNAVAILABLE', 'The log could not be read: connect again and resume from your last offsets');
  }

  private checkRoom(wanted: readonly string[]): void {
    const rooms = new Set([...this.names, ...wanted].filter((name) => !isOwn(name)));
    if (rooms.size <= this.needs.maxRooms) return;
    throw new CodedError('SUBSCRIPTION_LIMIT', `One connection may be in ${this.needs.maxRooms} rooms: unsubscribe from some, or open another connection`);
  }

  /** First kept offsets where somebody resumes; reads on first where a client claims more than this node has seen. */
  private async oldestOf(hosted: readonly HostedRoom[], since: Since): Promise<ReadonlyMap<string, number>> {
    const resumed = hosted.filter(({ name }) => since(name) !== undefined);
    if (resumed.length === 0) return new Map();
    await Promise.all(resumed.filter((room) => since(room.name)!.offset > room.cursor).map((room) => room.heal()));
    // of a room without messages what comes after this is kept: its first may come while we look
    const heads = resumed.map(({ name, cursor }) => [name, cursor + 1] as const);
    return new Map([...heads, ...await this.needs.log.oldest(resumed.map(({ name }) => name))]);
  }
}

/** `system` and the client's own room do not count towards the limit, nor do rooms that it is in until a run ends. */
const isOwn = (name: string): boolean => name === SYSTEM_ROOM || name.startsWith(clientRoom(''));

const isKept = (room: HostedRoom, since: Position, oldest: number): boolean =>
  since.epoch === room.epoch && since.offset <= room.cursor && (since.offset === room.cursor || since.offset >= oldest - 1);
