import type { JoinedRoom, Message, Position } from './messages.js';
import { Positions } from './positions.js';
import type { Admission, Gap } from './positions.js';
import { joinedByItself, Subscriptions } from './subscriptions.js';

/** What is heard, and how far. */
export class Rooms {
  readonly subscriptions = new Subscriptions();
  readonly positions = new Positions();

  /** An answer to `subscribe`: remembers the room; the gap, where a resume did not hold. */
  joined(room: JoinedRoom, since: Position | undefined, types: readonly string[] | undefined): Gap | null {
    const member = this.subscriptions.has(room.room) && this.positions.get(room.room)?.epoch === room.epoch;
    this.subscriptions.add(room.room, types);
    // subscribing again changes the filter; the stream that is under way keeps its own place
    return member && since === undefined ? null : this.positions.joined(room, since);
  }

  admit(message: Message): Admission {
    if (message.type === 'position') {
      this.positions.advance(message.data.room, message.data);
    } else if (message.type === 'gap') {
      const { room, epoch, from, to } = message.data;
      this.positions.advance(room, { epoch, offset: to });
      return { deliver: true, gap: { room, epoch, from, to, reason: 'server' } };
    }
    return this.positions.admit(message, message.room === undefined ? 'passing' : this.subscriptions.continuity(message.room));
  }

  since(rooms: readonly string[]): Record<string, Position> {
    const known = rooms.map((room) => [room, this.positions.get(room)] as const);
    return Object.fromEntries(known.filter((entry): entry is [string, Position] => entry[1] !== undefined));
  }

  /** For the rooms that the server joins by itself at the handshake. */
  handshakeSince(): Record<string, Position> {
    return this.since([...this.positions.entries().keys()].filter(joinedByItself));
  }
}
