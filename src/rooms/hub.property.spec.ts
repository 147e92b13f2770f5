import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from '../../test/support/seeded.js';
import { freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { RoomClient, type SinceKind } from '../../test/support/room-client.js';
import { RoomWorld } from '../../test/support/room-world.js';
import type { RoomMessage } from './message.js';

// 600 interleavings of what nodes, the bus, the log, sockets and clients do; FC_SEED draws others.
const RUNS = 600;

const CLIENTS = 3;
const ROOMS = 2;
let db: FreshDatabase;
beforeAll(async () => {
  db = await freshSqlite();
  await RoomWorld.unsynced(db);
});
afterAll(async () => { await db.drop(); });

type Step =
  | { readonly do: 'say'; readonly room: number; readonly type: string; readonly fate: 'here' | 'late' | 'lost' | 'twice' }
  | { readonly do: 'end'; readonly room: number; readonly fate: 'here' | 'late' | 'lost' | 'twice' }
  | { readonly do: 'arrive'; readonly which: number }
  | { readonly do: 'price'; readonly room: number }
  | { readonly do: 'join'; readonly client: number; readonly rooms: readonly number[]; readonly since: SinceKind; readonly types: readonly string[] | null }
  | { readonly do: 'leave' | 'analyze'; readonly client: number; readonly room: number }
  | { readonly do: 'cut' | 'fill' | 'drain'; readonly client: number }
  | { readonly do: 'heal'; readonly room: number }
  | { readonly do: 'pass'; readonly which: number }
  | { readonly do: 'gate'; readonly on: boolean }
  | { readonly do: 'write' | 'turn' | 'positions' };

const room = fc.nat(ROOMS - 1);
const client = fc.nat(CLIENTS - 1);
const fate = fc.constantFrom('here', 'here', 'late', 'late', 'lost', 'twice');
const type = fc.constantFrom('agent_update', 'agent_update', 'signal_update', 'system_alert');
const since = fc.constantFrom<SinceKind[]>('none', 'mine', 'mine', 'mine', 'head', 'zero', 'older', 'beyond', 'other epoch');
const types = fc.constantFrom(null, null, null, ['signal_update', 'price_update'], ['agent_update', 'system_alert']);
const which = fc.nat(9);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('say'), room, type, fate }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end'), room, fate }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('arrive'), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('price'), room }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('join'), client, rooms: fc.uniqueArray(room, { minLength: 1 }), since, types }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('leave', 'analyze', 'analyze'), client, room }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('cut', 'fill', 'drain', 'drain'), client }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('heal'), room }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('pass'), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('gate'), on: fc.boolean() }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constantFrom('write', 'turn', 'turn', 'positions') }) },
) as fc.Arbitrary<Step>;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Play {
  private readonly clients: RoomClient[];
  private readonly asides: Promise<void>[] = [];
  private lost = false;
  constructor(private readonly world: RoomWorld) {
    this.clients = Array.from({ length: CLIENTS }, (_, at) => new RoomClient(`client ${at}`, world));
  }

  async take(now: Step): Promise<void> {
    const { world } = this;
    const who = 'client' in now ? this.clients[now.client]! : this.clients[0]!;
    const name = 'room' in now ? world.rooms[now.room]! : '';
    switch (now.do) {
      case 'say': return this.publish(await world.say(name, now.type), now.fate);
      case 'end': {
        const end = await world.end(name);
        return end ? this.publish(end, now.fate) : undefined;
      }
      case 'arrive': return world.underway.splice(now.which % Math.max(world.underway.length, 1), 1).forEach((message) => world.bring(message));
      case 'price': return world.price(name);
      case 'join': {
        who.connect();
        return who.join(now.rooms.map((at) => world.rooms[at]!), now.since, now.types);
      }
      case 'leave': return who.leave(name);
      case 'analyze': {
        who.connect();
        return who.analyze(name);
      }
      case 'cut': return who.disconnect();
      case 'fill': return who.line?.fill();
      case 'drain': return who.line?.drain();
      case 'heal': return void this.asides.push(world.heal(name));
      case 'pass': return world.log.pass(now.which);
      case 'gate': return void (world.log.gated = now.on);
      case 'write': return world.loop.step();
      case 'turn': return turn();
      case 'positions': {
        for (const member of world.hub.members()) member.tellPosition();
      }
    }
  }

  private publish(message: RoomMessage, fate: 'here' | 'late' | 'lost' | 'twice'): void {
    if (fate === 'lost') this.lost = true;
    if (fate === 'late' || fate === 'twice') this.world.underway.push(message);
    if (fate === 'here' || fate === 'twice') this.world.bring(message);
  }

  /** Everything lets go: sockets drain, reads answer, runs end, what is late arrives. Where something was lost, the log is read on. */
  async settle(): Promise<void> {
    const { world } = this;
    world.log.gated = false;
    for (const name of world.rooms) await this.take({ do: 'end', room: world.rooms.indexOf(name), fate: 'here' });
    for (const message of world.underway.splice(0).reverse()) world.bring(message);
    for (let quiet = 0; quiet < 3;) {
      const before = this.clients.reduce((sum, { story }) => sum + story.length, 0);
      while (world.log.held > 0) world.log.pass(0);
      for (const { line } of this.clients) line?.drain();
      world.loop.step();
      await turn();
      if (this.lost) await Promise.all(world.rooms.map((name) => world.heal(name)));
      const busy = this.clients.some((each) => each.isConnected && each.isBusy);
      quiet = busy || before !== this.clients.reduce((sum, { story }) => sum + story.length, 0) ? 0 : quiet + 1;
    }
    await Promise.all(this.asides);
  }

  check(): void {
    for (const { broken, name, story } of this.clients) {
      if (broken[0]) throw new Error(`${name}: ${broken[0].message}\n${story.slice(-30).join('\n')}`, { cause: broken[0] });
    }
    if (this.world.faults[0]) throw this.world.faults[0];
  }

  checkComplete(): void {
    this.check();
    for (const each of this.clients) if (each.isConnected) each.checkComplete();
  }

  /** Who was away comes back with what it has. */
  comeBack(): void {
    for (const each of this.clients) {
      if (each.isConnected) continue;
      each.connect();
      const known = this.world.rooms.filter((name) => each.places.get(name)!.position !== null);
      if (known.length > 0) each.join(known, 'mine', null);
    }
  }

  end(): void {
    for (const each of this.clients) each.disconnect();
  }
}

it('a room only goes on, without holes and without repetition, whatever is lost, late, twice, full or away', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 90 }), async (steps) => {
    const world = await RoomWorld.of(db, ROOMS);
    const play = new Play(world);
    for (const each of steps) {
      await play.take(each);
      play.check();
    }
    await play.settle();
    play.checkComplete();
    play.comeBack();
    await play.settle();
    play.checkComplete();
    play.end();
    await turn();
    expect([...world.bus.rooms]).toEqual([]);
    expect([...world.hub.members()]).toEqual([]);
  }), { numRuns: RUNS, endOnFailure: process.env['FC_SHRINK'] === undefined });
});
