import type { PriceUpdate } from '../model/price-update.js';
import type { RoomMessage } from './message.js';

/** A price on its way to the members of its symbol's room; not logged, the latest wins. */
export interface PriceMessage {
  readonly update: PriceUpdate;
  readonly sentAt: string;
}

/** Whoever takes what the bus brings. */
export interface BusReceiver {
  receive(message: RoomMessage): void;
  receivePrice(price: PriceMessage): void;
}

/** Carries what was said between nodes. May lose and reorder: the hub heals from the log. */
export abstract class RoomBus {
  /** Names who takes what it brings; once, before the first subscription. */
  abstract attach(receiver: BusReceiver): void;
  /** Resolves when messages of the room will arrive; at once while the bus is away, as what it loses then is read from the log. */
  abstract subscribe(room: string): Promise<void>;
  abstract unsubscribe(room: string): void;
  /** To the other nodes that subscribed to the rooms; this node has it already. Never waits: dropped while the bus is away. */
  abstract publish(messages: readonly RoomMessage[]): void;
  abstract publishPrice(price: PriceMessage): void;
}
