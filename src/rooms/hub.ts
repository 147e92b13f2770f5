import { HostedRoom, type Member } from './hosted-room.js';
import type { RoomMessage } from './message.js';
import { symbolOf, symbolRoom } from './names.js';
import { Packet } from './packet.js';
import type { BusReceiver, PriceMessage, RoomBus } from './room-bus.js';
import type { RoomLog } from './room-log.js';

/** The type whose last message is part of a joining client's snapshot. */
const SNAPSHOT_TYPE = 'signal_update';

/** The rooms that this node hosts, each with one cursor: n+1 is delivered only after n. */
export class Hub implements BusReceiver {
  private readonly rooms = new Map<string, HostedRoom>();

  constructor(
    private readonly log: RoomLog,
    private readonly bus: RoomBus,
    private readonly onFault: (fault: Error) => void,
  ) {}

  /** Opens what is not open yet. A room stays open until it was released as often as it was hosted. */
  async host(names: readonly string[]): Promise<readonly HostedRoom[]> {
    const fresh: HostedRoom[] = [];
    const hosted = names.map((name) => {
      let room = this.rooms.get(name);
      if (!room) {
        room = new HostedRoom(name, this.log, SNAPSHOT_TYPE, this.onFault);
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

  release(room: HostedRoom): void {
    if (!room.letGo() || this.rooms.get(room.name) !== room) return;
    this.rooms.delete(room.name);
    this.bus.unsubscribe(room.name);
  }

  receive(message: RoomMessage): void {
    this.rooms.get(message.room)?.receive(message);
  }

  receivePrice({ update, sentAt }: PriceMessage): void {
    const hosted = this.rooms.get(symbolRoom(update.symbol));
    if (hosted && hosted.members.size > 0) hosted.price(update.symbol, Packet.price(update, sentAt, hosted.name));
  }

  hasMembers(room: string): boolean {
    return (this.rooms.get(room)?.members.size ?? 0) > 0;
  }

  /** Members by room; symbol rooms by their bare symbol, as operators read them. */
  occupancy(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [name, { members }] of this.rooms) if (members.size > 0) counts[symbolOf(name) ?? name] = members.size;
    return counts;
  }

  /** Symbols whose rooms have members. */
  watchedSymbols(): string[] {
    return [...this.rooms.values()].flatMap(({ name, members }) => (members.size > 0 ? symbolOf(name) ?? [] : []));
  }

  *members(): Generator<Member> {
    for (const room of this.rooms.values()) yield* room.members;
  }

  /** Subscribes first and reads the heads after, so that nothing falls between. */
  private async open(rooms: readonly HostedRoom[]): Promise<void> {
    const names = rooms.map((room) => room.name);
    try {
      await Promise.all(names.map((name) => this.bus.subscribe(name)));
      const heads = await this.log.open(names);
      const last = await this.log.lastOf(names, SNAPSHOT_TYPE);
      for (const room of rooms) room.begin(heads.get(room.name)!, last.get(room.name));
    } catch (error) {
      // forget them at once: the next to ask tries again instead of joining the failure
      for (const room of rooms) if (this.rooms.get(room.name) === room) this.rooms.delete(room.name);
      throw error;
    }
  }
}
