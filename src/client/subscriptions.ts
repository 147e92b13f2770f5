import { instrumentKey } from '../model/instrument.js';
import type { Position } from './messages.js';
import type { Continuity } from './positions.js';
import type { Command } from './pending.js';

/** A symbol, several symbols, or one room such as `agent:deepseek-chat-v3.1`. */
export type Target = string | readonly string[] | { readonly room: string };

/** One position for one target; for several a map of room to position. */
export type Since = Position | Readonly<Record<string, Position>>;

/** One command holds so many rooms with their positions well inside the server's bound on frames. */
const ROOMS_PER_COMMAND = 200;
const SYMBOL_ROOM = 'symbol:';

export const targetFields = (target: Target): Omit<Command, 'type'> => {
  if (typeof target === 'string') return { symbol: target };
  return 'room' in target ? { room: target.room } : { symbols: target };
};

const isPosition = (since: Since): since is Position => typeof since.epoch === 'string';

export const sinceOf = (since: Since | undefined, room: string): Position | undefined =>
  since === undefined || isPosition(since) ? since : since[room];

/** A room's name with spellings of one instrument made equal. */
const roomKey = (room: string): string =>
  room.startsWith(SYMBOL_ROOM) ? SYMBOL_ROOM + instrumentKey(room.slice(SYMBOL_ROOM.length)) : room;

const targetRooms = (target: Target): string[] => {
  if (typeof target === 'string') return [SYMBOL_ROOM + target];
  return 'room' in target ? [target.room] : target.map((symbol) => SYMBOL_ROOM + symbol);
};

export interface Renewal {
  readonly rooms: readonly string[];
  readonly types: readonly string[] | undefined;
}

/** What the client asked to hear: remembered so that each new connection asks for it again. */
export class Subscriptions {
  /** By the room's name on the wire. */
  readonly #types = new Map<string, readonly string[] | undefined>();

  add(room: string, types: readonly string[] | undefined): void {
    this.#types.set(room, types);
  }

  has(room: string): boolean {
    return this.#types.has(room);
  }

  remove(room: string): void {
    this.#types.delete(room);
  }

  /** Removes what the target names in any spelling; returns the rooms. */
  removeTarget(target: Target): string[] {
    const keys = new Set(targetRooms(target).map(roomKey));
    const rooms = [...this.#types.keys()].filter((room) => keys.has(roomKey(room)));
    for (const room of rooms) this.#types.delete(room);
    return rooms;
  }

  continuity(room: string): Continuity {
    if (this.#types.has(room)) return this.#types.get(room) === undefined ? 'whole' : 'filtered';
    return joinedByItself(room) ? 'whole' : 'passing';
  }

  /** As few commands as the wire allows: symbols of one filter together, other rooms one by one. */
  renewals(): Renewal[] {
    const byFilter = new Map<string, { rooms: string[]; types: readonly string[] | undefined }>();
    const renewals: Renewal[] = [];
    for (const [room, types] of this.#types) {
      if (!room.startsWith(SYMBOL_ROOM)) {
        renewals.push({ rooms: [room], types });
        continue;
      }
      const filter = JSON.stringify(types ?? null);
      let group = byFilter.get(filter);
      if (group === undefined || group.rooms.length >= ROOMS_PER_COMMAND) {
        group = { rooms: [], types };
        byFilter.set(filter, group);
        renewals.push(group);
      }
      group.rooms.push(room);
    }
    return renewals;
  }
}

/** Rooms that the server joins at the handshake, from its `since`. */
export const joinedByItself = (room: string): boolean => room === 'system' || room.startsWith('client:');

/** The `subscribe` that takes a renewal's rooms up where they stand. */
export function renewalCommand({ rooms, types }: Renewal, since: Readonly<Record<string, Position>>): Command {
  const [only] = rooms;
  const filter = types === undefined ? {} : { types };
  if (rooms.length === 1 && only !== undefined) {
    const at = since[only];
    return { type: 'subscribe', room: only, ...(at === undefined ? {} : { since: at }), ...filter };
  }
  return { type: 'subscribe', symbols: rooms.map((room) => room.slice(SYMBOL_ROOM.length)), since, ...filter };
}
