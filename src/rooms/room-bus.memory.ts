import { RoomBus } from './room-bus.js';

/** One node: there is nobody else to tell. */
export class MemoryRoomBus extends RoomBus {
  async subscribe(): Promise<void> {}
  unsubscribe(): void {}
  publish(): void {}
  publishPrice(): void {}
}
