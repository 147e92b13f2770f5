import { HostedRoom, type Member } from './hosted-room.js';
import type { Position, RoomMessage } from './message.js';
import { isClientRoom, snapshotTypeOf, symbolOf, symbolRoom } from './names.js';
import { Packet } from './packet.js';
import type { BusReceiver, PriceMessage, RoomBus } from './room-bus.js';
import type { RoomLog } from './room-log.js';

/** A client's own room gets its row with its first message: most clients never have one. */
const UNUSED: Position = { epoch: '', offset: 0 };

/** The rooms that this node hosts, each with one cursor: n+1 is delivered only after n. */
export class Hub implements BusReceiver {
  private readonly rooms = new Map<string, HostedRoom>();

  constructor(
    private readonly log: RoomLog,
    private readonly bus: RoomBus,
    private readonly onFault: (fault: Error) => void,
  ) {
    bus.attach(this);
  }

  /** Opens what is not open yet. A room stays open until it was released as often as it was hosted. */
  async host(names: readonly string[]): Promise<readonly HostedRoom[]> {
    const fresh: HostedRoom[] = [];
    const hosted = names.map((name) => {
      let room = this.rooms.get(name);
      if (!room) {
        room = new HostedRoom(name, this.log, snapshotTypeOf(name), this.onFault);
        this.rooms.set(name, room);
        fresh.push(room);
      }
      room.hold();
      return room;
    });
    if (fresh.length > 0) {
      const opened = this.open(fresh);
      for (const room of fresh) room.ready = opened;
    }
    try {
      await Promise.all(hosted.map((room) => room.ready));
    } catch (error) {
      for (const room of hosted) this.release(room);
      throw error;
    }
    return hosted;
  }

  /** Gives an epoch to rooms that have none yet, for clients that want to know where they stand. */
  async settle(rooms: readonly HostedRoom[]): Promise<void> {
    const unused = rooms.filter(({ epoch }) => epoch === UNUSED.epoch).map(({ name }) => name);
    if (unused.length === 0) return;
    const heads = await this.log.open(unused);
    for (const room of rooms.filter(({ epoch }) => epoch === UNUSED.epoch)) {
      const { epoch, offset } = heads.get(room.name)!;
      room.begin({ epoch, offset: UNUSED.offset }, undefined);
      if (offset > UNUSED.offset) await room.heal(); // said meanwhile, and not heard of here
    }
  }

  release(room: HostedRoom): void {
    if (!room.letGo() || this.rooms.get(room.name) !== room) return;
    this.forget(room.name);
  }

  receive(message: RoomMessage): void {
    this.rooms.get(message.room)?.receive(message);
  }

  receivePrice({ update, sentAt }: PriceMessage): void {
    const hosted = this.rooms.get(symbolRoom(update.symbol));
    if (hosted && hosted.members.size > 0) hosted.price(update.symbol, Packet.price(update, sentAt, hosted.name));
  }

  /** Something unlogged for the members of a room, of which each gets the latest at most once a second. `body` is JSON text. */
  receiveLoose(room: string, type: string, body: string): void {
    const hosted = this.rooms.get(room);
    if (hosted && hosted.members.size > 0) hosted.loose(Packet.loose(type, body, new Date().toISOString(), undefined, room));
  }

  /** Something unlogged for the members of a room here, who get each of it in order: whoever says it bounds how much. `body` is JSON text. */
  tell(room: string, type: string, body: string): void {
    const hosted = this.rooms.get(room);
    if (hosted && hosted.members.size > 0) hosted.unlogged(Packet.loose(type, body, new Date().toISOString(), undefined, room));
  }

  hasMembers(room: string): boolean {
    return (this.rooms.get(room)?.members.size ?? 0) > 0;
  }

  /** Members by room, symbol rooms by their bare symbol; clients' own rooms are left out, as their names are credentials. */
  occupancy(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [name, { members }] of this.rooms) if (members.size > 0 && !isClientRoom(name)) counts[symbolOf(name) ?? name] = members.size;
    return counts;
  }

  /** Rooms whose place in the log is known. */
  opened(): readonly HostedRoom[] {
    return [...this.rooms.values()].filter((room) => room.isOpen);
  }

  *members(): Generator<Member> {
    for (const room of this.rooms.values()) yield* room.members;
  }

  private async lastOf(names: readonly string[]): Promise<ReadonlyMap<string, RoomMessage>> {
    const types = [...new Set(names.map(snapshotTypeOf))];
    const found = await Promise.all(types.map((type) => this.log.lastOf(names.filter((name) => snapshotTypeOf(name) === type), type)));
    return new Map(found.flatMap((last) => [...last]));
  }

  private forget(name: string): void {
    this.rooms.delete(name);
    this.bus.unsubscribe(name);
  }

  /** Subscribes first and reads the heads after, so that nothing falls between. */
  private async open(rooms: readonly HostedRoom[]): Promise<void> {
    const names = rooms.map((room) => room.name);
    try {
      await Promise.all(names.map((name) => this.bus.subscribe(name)));
      const heads = new Map([
        ...await this.log.open(names.filter((name) => !isClientRoom(name))),
        ...await this.log.heads(names.filter(isClientRoom)),
      ]);
      const last = await this.lastOf(names);
      for (const room of rooms) room.begin(heads.get(room.name) ?? UNUSED, last.get(room.name));
    } catch (error) {
      // forget them at once: the next to ask tries again instead of joining the failure
      for (const room of rooms) if (this.rooms.get(room.name) === room) this.forget(room.name);
      throw error;
    }
  }
}
