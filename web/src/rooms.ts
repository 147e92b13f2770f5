import type { Message } from 'conclave/client';

type Listener = (message: Message) => void;

/** `symbol:AAPL` of `AAPL`. */
export const symbolRoom = (symbol: string): string => `symbol:${symbol}`;

/** The room that a message belongs to. What has no place in a log (prices, snapshots) says its symbol. */
function roomOf({ room, data }: Message): string | null {
  if (room !== undefined) return room;
  return 'symbol' in data && typeof data.symbol === 'string' ? symbolRoom(data.symbol) : null;
}

/** Who listens to which room. */
export class Listeners {
  readonly #byRoom = new Map<string, Set<Listener>>();

  /** Returns what removes it again. */
  add(room: string, listener: Listener): () => void {
    const listeners = this.#byRoom.get(room) ?? new Set();
    this.#byRoom.set(room, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#byRoom.get(room) === listeners) this.#byRoom.delete(room);
    };
  }

  say(message: Message): void {
    const room = roomOf(message);
    if (room === null) return;
    for (const listener of [...(this.#byRoom.get(room) ?? [])]) listener(message);
  }
}
