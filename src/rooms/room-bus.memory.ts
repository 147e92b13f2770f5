import type { RoomMessage } from './message.js';
import { symbolRoom } from './names.js';
import { RoomBus, type BusReceiver, type PriceMessage } from './room-bus.js';

/** Within this process: between the nodes that were given the same set, or, as a server has it, with nobody else to tell. */
export class MemoryRoomBus extends RoomBus {
  private readonly rooms = new Set<string>();
  private receiver: BusReceiver | null = null;

  constructor(private readonly nodes: Set<MemoryRoomBus> = new Set()) {
    super();
    nodes.add(this);
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
    for (const message of messages) this.tell(message.room, (receiver) => receiver.receive(message));
  }

  publishPrice(price: PriceMessage): void {
    this.tell(symbolRoom(price.update.symbol), (receiver) => receiver.receivePrice(price));
  }

  private tell(room: string, say: (receiver: BusReceiver) => void): void {
    for (const node of this.nodes) if (node !== this && node.receiver && node.rooms.has(room)) say(node.receiver);
  }
}
