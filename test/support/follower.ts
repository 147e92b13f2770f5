import type { Frame } from './raw-client.js';
import type { TestServer } from './server.js';
import type { Client, Transport } from './transports.js';

interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/** A client that outlives the server: it comes back with the offsets that it has, and keeps what it gets. */
export class Follower {
  /** All that it ever got of a room, in the order in which it came. */
  readonly seen = new Map<string, Frame[]>();
  client: Client | null = null;
  private readonly began = new Map<string, Position>();

  constructor(readonly name: string, private readonly transport: Transport, readonly rooms: readonly string[]) {
    for (const room of [...rooms, 'system']) this.seen.set(room, []);
  }

  /** Where it stands in a room; nowhere yet: undefined. */
  position(room: string): Position | undefined {
    const last = this.seen.get(room)!.at(-1);
    return last ? { epoch: last.epoch!, offset: last.offset! } : this.began.get(room);
  }

  /** Connects and joins its rooms, from where it stands or the head. @throws where the server could not resume it */
  async follow(server: TestServer): Promise<void> {
    const since = Object.fromEntries([...this.seen.keys()].map((room) => [room, this.position(room)]).filter(([, at]) => at !== undefined));
    this.client = await this.transport.connect(server, { clientId: this.name, since });
    const symbols = this.rooms.map((room) => room.slice('symbol:'.length));
    const inRooms = this.rooms.filter((room) => since[room]).map((room) => [room, since[room]]);
    const { ok, data } = await this.client.ask('subscribe', { symbols, ...(inRooms.length > 0 ? { since: Object.fromEntries(inRooms) } : {}) });
    if (!ok) throw new Error(`${this.name}: ${JSON.stringify(data)}`);
    for (const { room, epoch, offset, recovered } of (data as { rooms: { room: string; epoch: string; offset: number; recovered: boolean }[] }).rooms) {
      const at = this.position(room);
      if (!at) this.began.set(room, { epoch, offset });
      else if (!recovered || epoch !== at.epoch || offset !== at.offset) throw new Error(`${this.name} in ${room} was at ${JSON.stringify(at)}: ${JSON.stringify({ epoch, offset, recovered })}`);
    }
  }

  /** Resolves once it got this many messages more in each of its rooms. */
  async got(count: number): Promise<void> {
    await this.client!.until(() => this.rooms.every((room) => this.client!.logged(room).length >= count), `${count} messages in each room`);
  }

  /** Waits for the end of its connection and takes what came before. @throws where offsets skip or repeat */
  async lost(): Promise<void> {
    await this.client!.end();
    this.take();
  }

  /** Leaves, with what came so far. */
  leave(): void {
    this.take();
    this.client!.close();
  }

  private take(): void {
    for (const [room, seen] of this.seen) {
      for (const frame of this.client!.logged(room)) {
        const at = this.position(room);
        if (at && (frame.offset !== at.offset + 1 || frame.epoch !== at.epoch)) {
          throw new Error(`${this.name} in ${room}: ${frame.epoch} ${frame.offset} came after ${at.epoch} ${at.offset}`);
        }
        seen.push(frame);
      }
    }
    if (this.client!.frames.some(({ type }) => type === 'gap')) throw new Error(`${this.name} was told of a gap`);
  }
}
