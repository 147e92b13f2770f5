import type { BusReceiver, PriceMessage } from '../../src/rooms/room-bus.js';
import { RoomBus } from '../../src/rooms/room-bus.js';
import { MemoryRoomBus } from '../../src/rooms/room-bus.memory.js';
import { Hub } from '../../src/rooms/hub.js';
import type { Member } from '../../src/rooms/hosted-room.js';
import type { NewMessage, RoomMessage } from '../../src/rooms/message.js';
import { RoomLog } from '../../src/rooms/room-log.js';
import { RoomWriter } from '../../src/rooms/room-writer.js';
import type { Database } from '../../src/storage/database.js';
import { isUnavailable } from '../../src/storage/unavailable.js';

export interface RoomNode {
  readonly log: RoomLog;
  readonly hub: Hub;
  readonly writer: RoomWriter;
  /** What the hub reported. */
  readonly faults: Error[];
}

/** A node's rooms, wired as `rooms.module.ts` wires them. */
export function roomNode({ kysely }: Database, bus: RoomBus = new MemoryRoomBus(), log = new RoomLog(kysely)): RoomNode {
  const faults: Error[] = [];
  const hub = new Hub(log, bus, (fault) => faults.push(fault));
  return { log, hub, faults, writer: new RoomWriter(kysely, log, hub, bus, isUnavailable) };
}

/** Nodes of one process, joined: what one publishes, the others get in a later turn of the event loop. */
export class JoinedBus extends RoomBus {
  receiver: BusReceiver | null = null;
  readonly rooms = new Set<string>();
  private constructor(private readonly all: JoinedBus[]) {
    super();
  }

  static nodes(count: number): JoinedBus[] {
    const all: JoinedBus[] = [];
    for (let at = 0; at < count; at += 1) all.push(new JoinedBus(all));
    return all;
  }

  attach(receiver: BusReceiver): void {
    this.receiver = receiver;
  }

  async subscribe(room: string): Promise<void> {
    this.rooms.add(room);
  }

  unsubscribe(room: string): void {
    this.rooms.delete(room);
  }

  publish(messages: readonly RoomMessage[]): void {
    setImmediate(() => {
      for (const bus of this.all) {
        if (bus !== this) for (const message of messages) if (bus.rooms.has(message.room)) bus.receiver?.receive(message);
      }
    });
  }

  publishPrice(price: PriceMessage): void {
    for (const bus of this.all) if (bus !== this) bus.receiver?.receivePrice(price);
  }
}

/** A member that keeps what it is handed. */
export class Recorder implements Member {
  readonly got: RoomMessage[] = [];
  prices = 0;
  constructor(private readonly onMessage: (message: RoomMessage) => void = () => undefined) {}

  get offsets(): number[] {
    return this.got.map(({ offset }) => offset);
  }

  deliver(message: RoomMessage): void {
    this.got.push(message);
    this.onMessage(message);
  }

  price(): void {
    this.prices += 1;
  }

  loose(): void {}
  unlogged(): void {}
  tellPosition(): void {}
}

/** `1…n` */
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, at) => at + 1);

export const news = (room: string, messageId: string, type = 'agent_update'): NewMessage => ({
  room, messageId, type, body: JSON.stringify({ id: messageId }),
});
