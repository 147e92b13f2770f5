import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Session } from '../../src/gateway/sessions/session.js';
import { Subscriptions } from '../../src/gateway/sessions/subscriptions.js';
import type { HostedRoom } from '../../src/rooms/hosted-room.js';
import type { Position } from '../../src/rooms/message.js';
import { freshSqlite, type FreshDatabase } from '../support/databases.js';
import { LIMITS, Line } from '../support/room-client.js';
import { upTo } from '../support/room-node.js';
import { RoomWorld } from '../support/room-world.js';

interface Frame {
  readonly type: string;
  readonly offset?: number;
  readonly data: Record<string, unknown>;
  readonly snapshot?: boolean;
  readonly replayed?: boolean;
}

let db: FreshDatabase;
let world: RoomWorld;
let name: string;
let line: Line;
let session: Session;
let rooms: Subscriptions;
let frames: Frame[];
let firsts: string[];
beforeAll(async () => {
  db = await freshSqlite();
  await RoomWorld.unsynced(db);
});
afterAll(async () => { await db.drop(); });
beforeEach(async () => {
  world = await RoomWorld.of(db, 2);
  name = world.rooms[0]!;
  frames = [];
  firsts = [];
  line = new Line((texts) => { for (const text of texts) frames.push(JSON.parse(text) as Frame); });
  session = new Session('s', 'c', line, world.loop, LIMITS);
  const { hub, log, snapshots } = world;
  rooms = new Subscriptions(session, { hub, log, pages: log, snapshots, maxRooms: 2, onFirst: (first) => firsts.push(...first) });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function settle(): Promise<void> {
  for (let quiet = 0, before = -1; quiet < 4; quiet = frames.length === before ? quiet + 1 : 0) {
    before = frames.length;
    world.loop.step();
    await turn();
  }
}
const none = (): undefined => undefined;
const after = (offset: number) => (room: string): Position => ({ epoch: world.epochs.get(room)!, offset });
const join = async (since: (room: string) => Position | undefined = none, types?: string[]) => {
  const joined = await rooms.join([name], since, types);
  joined.begin();
  return joined.rooms[0]!;
};
const offsets = (): (number | undefined)[] => frames.filter(({ snapshot, type }) => !snapshot && type !== 'price_update').map(({ offset }) => offset);
const say = async (count: number): Promise<void> => { for (let at = 0; at < count; at += 1) world.bring(await world.say(name, 'agent_update')); };
/** Message ids are unique for ever: one of this test's room. */
const id = (of: string): string => `${name}:${of}`;
const end = async (of: string): Promise<void> => world.bring(await world.append(name, id(of), 'signal_update'));
const host = async (): Promise<HostedRoom> => (await world.hub.host([name]))[0]!;

describe('who comes back', () => {
  it('gets all that it missed, page by page, then the snapshot, then what is new', async () => {
    await say(450);
    expect(await join(after(10))).toMatchObject({ offset: 10, recovered: true, replayed: 440 });
    await settle();
    await say(2);
    await settle();
    expect(frames.map(({ type, offset }) => offset ?? type)).toEqual([...upTo(450).slice(10), 'price_update', 451, 452]);
  });

  it('reads no further than its socket takes', async () => {
    await say(1000);
    let reads = 0;
    const read = world.log.read.bind(world.log);
    world.log.read = (...asked) => { reads += 1; return read(...asked); };
    line.fill();
    await join(after(0));
    await settle();
    expect(reads).toBe(1);
    line.drain();
    await settle();
    expect(reads).toBe(6);
    expect(offsets()).toEqual(upTo(1000));
    expect(session.isClosed).toBe(false);
  });

  it('is told what retention took while it read', async () => {
    await say(300);
    line.fill();
    await join(after(0));
    await settle();
    await db.kysely.deleteFrom('room_messages').where('room', '=', name).where('offset', '<=', 150).execute();
    line.drain();
    await settle();
    expect(offsets()).toEqual([...upTo(50), undefined, ...upTo(300).slice(150)]);
    expect(frames.find(({ type }) => type === 'gap')!.data).toEqual({ room: name, epoch: world.epochs.get(name), from: 51, to: 150 });
  });

  it('is told of a gap that ends with the log, and then gets what is new', async () => {
    await say(300);
    line.fill();
    await join(after(0));
    await settle();
    await db.kysely.deleteFrom('room_messages').where('room', '=', name).execute();
    world.log.gated = true;
    line.drain();
    while (world.log.held === 0) await turn();
    await say(1); // comes while the page, which is empty, is on its way
    world.log.gated = false;
    world.log.pass(0);
    await settle();
    expect(frames.find(({ type }) => type === 'gap')!.data).toMatchObject({ from: 51, to: 300 });
    expect(offsets()).toEqual([...upTo(50), undefined, 301]);
  });

  it('finds all of a room whose first message comes while it asks', async () => {
    const oldest = world.log.oldest.bind(world.log);
    world.log.oldest = async (asked) => {
      const found = await oldest(asked);
      await say(1);
      return found;
    };
    expect(await join(after(0))).toMatchObject({ recovered: true, offset: 0, replayed: 1 });
    await settle();
    expect(offsets()).toEqual([1]);
  });

  it('is not recovered where something is missing', async () => {
    await say(10);
    await db.kysely.deleteFrom('room_messages').where('room', '=', name).where('offset', '<', 5).execute();
    const answers = [];
    for (const since of [after(3), after(4), after(10), after(11), () => ({ epoch: 'other', offset: 10 }), none]) {
      answers.push(await join(since));
      rooms.leave(name);
    }
    expect(answers.map(({ recovered, offset, replayed }) => [recovered, offset, replayed])).toEqual([
      [false, 10, 0], [true, 4, 6], [true, 10, 0], [false, 10, 0], [false, 10, 0], [false, 10, 0],
    ]);
  });

  it('and knows more than this node has heard of: the log decides', async () => {
    await host();
    await world.say(name, 'agent_update'); // lost by the bus
    expect(await join(after(1))).toMatchObject({ recovered: true, offset: 1 });
  });

  it('has to come again where the log cannot be read', async () => {
    await say(3);
    world.log.read = () => Promise.reject(new Error('away'));
    await join(after(0));
    await turn();
    expect(line.ended).toBe('STORE_UNAVAILABLE');
    expect([...world.bus.rooms]).toEqual([]);
  });
});

describe('joining', () => {
  it('lets nothing through before the answer is on its way', async () => {
    const joined = await rooms.join([name], none, undefined);
    await say(2);
    world.price(name);
    await settle();
    expect(frames).toEqual([]);
    joined.begin();
    await settle();
    expect(frames.map(({ type, offset }) => offset ?? type)).toEqual([1, 2, 'price_update']);
    expect(joined.rooms[0]!.offset).toBe(0);
  });

  it('again, as a member, lets nothing through either, and goes on where it was', async () => {
    await join();
    await say(1);
    const again = await rooms.join([name], none, undefined);
    await say(2);
    world.price(name);
    await settle();
    expect(frames.map(({ type, offset }) => offset ?? type)).toEqual(['price_update', 1]);
    expect(again.rooms[0]!.offset).toBe(1);
    again.begin();
    await settle();
    expect(frames.map(({ type, offset }) => offset ?? type)).toEqual(['price_update', 1, 2, 3, 'price_update']);
  });

  it('again while it still reads goes on reading, once', async () => {
    await say(900);
    world.log.gated = true;
    const first = rooms.join([name], after(0), undefined);
    while (!rooms.has(name)) {
      await turn();
      world.log.pass(0);
    }
    (await first).begin();
    while (world.log.held === 0) await turn();
    world.log.gated = false;
    (await rooms.join([name], none, undefined)).begin();
    world.log.pass(0);
    await settle();
    expect(offsets()).toEqual(upTo(900));
    expect(frames.filter(({ snapshot }) => snapshot)).toHaveLength(1);
  });

  it('sends no older price after the snapshot, and none after leaving', async () => {
    await join();
    world.price(name);
    (await rooms.join([name], none, ['agent_update'])).begin();
    world.price(name);
    (await rooms.join([name], none, undefined)).begin();
    await settle();
    const prices = frames.filter(({ type }) => type === 'price_update').map(({ data }) => data['price']);
    expect(prices).toEqual([1, 3]);
    world.price(name);
    rooms.leave(name);
    await settle();
    expect(frames.filter(({ type }) => type === 'price_update')).toHaveLength(2);
  });

  it('by a client that has gone meanwhile leaves nothing behind', async () => {
    world.log.gated = true;
    const joining = rooms.join([...world.rooms], after(0), undefined);
    while (world.log.held === 0) await turn();
    session.disconnected();
    world.log.gated = false;
    world.log.pass(0);
    await expect(joining).rejects.toThrow('gone');
    expect([...world.bus.rooms]).toEqual([]);
    expect([...world.hub.members()]).toEqual([]);
  });

  it('that fails halfway leaves nothing behind', async () => {
    const { oldest } = world.log;
    world.log.oldest = () => Promise.reject(new Error('away'));
    await expect(rooms.join([...world.rooms], after(0), undefined)).rejects.toThrow('away');
    expect([...world.bus.rooms]).toEqual([]);
    world.log.oldest = oldest;
    await join(after(0));
    expect(rooms.names).toEqual([name]);
  });

  it('tells who comes first into a room', async () => {
    await join();
    (await rooms.join([...world.rooms], none, undefined)).begin();
    expect(firsts).toEqual([...world.rooms]);
  });
});

describe('who filters by types', () => {
  it('gets those alone, and is told its position', async () => {
    await join(none, ['signal_update']);
    await say(2);
    await end('s1');
    await say(3);
    for (const member of world.hub.members()) member.tellPosition();
    await settle();
    expect(frames.map(({ type, offset }) => [type, offset])).toEqual([['signal_update', 3], ['position', undefined]]);
    expect(frames[1]!.data).toEqual({ room: name, epoch: world.epochs.get(name), offset: 6 });
  });

  it('resumes from a position behind what was not for it', async () => {
    await say(3);
    await end('s1');
    await say(3);
    expect(await join(after(2), ['signal_update'])).toMatchObject({ recovered: true });
    await settle();
    expect(offsets()).toEqual([4]);
  });

  it('who does not filter is told no position', async () => {
    await join();
    for (const member of world.hub.members()) member.tellPosition();
    await settle();
    expect(frames.map(({ type }) => type)).toEqual(['price_update']);
  });
});

describe('a member until a run ends', () => {
  it('gets what comes from then on, without a snapshot, and is a member no more after the end', async () => {
    await say(3);
    rooms.follow(await host(), 3, [id('a:end'), id('a:failed')], []);
    expect([rooms.names, rooms.has(name)]).toEqual([[], true]);
    await say(2);
    await end('a:end');
    await say(1);
    await settle();
    expect(frames.map(({ type, offset }) => offset ?? type)).toEqual([4, 5, 6]);
    expect(rooms.has(name)).toBe(false);
    expect([...world.bus.rooms]).toEqual([]);
  });

  it('waits for every run that it asked for', async () => {
    rooms.follow(await host(), 0, [id('a:end')], []);
    rooms.follow(await host(), 0, [id('b:end')], []);
    await end('b:end');
    await settle();
    expect(rooms.has(name)).toBe(true);
    await end('a:end');
    await settle();
    expect(rooms.has(name)).toBe(false);
  });

  it('ends also where it had the end before it asked', async () => {
    rooms.follow(await host(), 0, [id('a:end')], []);
    await end('b:end');
    rooms.follow(await host(), 0, [id('b:end')], []); // looked for before it was said
    await end('a:end');
    await settle();
    expect(offsets()).toEqual([1, 2]);
    expect(rooms.has(name)).toBe(false);
    expect([...world.bus.rooms]).toEqual([]);
  });

  it('ends at once, and gets nothing twice, where it was a member until after the end', async () => {
    rooms.follow(await host(), 0, [id('a:end')], []);
    await say(1);
    await end('b:end');
    await end('a:end');
    rooms.follow(await host(), 0, [id('b:end')], []);
    await settle();
    expect(offsets()).toEqual([1, 2, 3]);
    expect(rooms.has(name)).toBe(false);
  });

  it('gets what was said before it had joined, marked, and the rest as it comes', async () => {
    await say(2);
    const said = world.truth.get(name)!;
    await join();
    await say(1);
    rooms.follow(await host(), 0, [id('a:end')], [...said]);
    await settle();
    expect(frames.map(({ type, offset, replayed }) => [offset ?? type, replayed])).toEqual([['price_update', undefined], [3, undefined], [1, true], [2, true]]);
  });

  it('stays where it subscribes, and gets its snapshot then', async () => {
    rooms.follow(await host(), 0, [id('a:end')], []);
    await say(1);
    expect(await join()).toMatchObject({ offset: 1, recovered: false });
    await end('a:end');
    await settle();
    expect(frames.map(({ type, offset }) => offset ?? type)).toEqual([1, 'price_update', 2]);
    expect(rooms.names).toEqual([name]);
  });

  it('and says that it is further than the log: not recovered', async () => {
    rooms.follow(await host(), 0, [id('a:end')], []);
    expect(await join(after(99))).toMatchObject({ offset: 0, recovered: false });
    expect(await join(after(0))).toMatchObject({ offset: 0, recovered: true });
  });

  it('has to come again where the log cannot be asked for the end', async () => {
    world.log.find = () => Promise.reject(new Error('away'));
    rooms.follow(await host(), 0, [id('a:end')], []);
    await turn();
    expect(line.ended).toBe('STORE_UNAVAILABLE');
    expect([...world.bus.rooms]).toEqual([]);
  });

  it('leaves when the client unsubscribes', async () => {
    rooms.follow(await host(), 0, [id('a:end')], []);
    expect(rooms.leave(name)).toBe(true);
    await end('a:end');
    await settle();
    expect(frames).toEqual([]);
    expect(rooms.leave(name)).toBe(false);
  });
});

it('a live member is told what retention took before the hub could read it', async () => {
  await join();
  await say(1);
  for (let at = 0; at < 4; at += 1) await world.say(name, 'agent_update'); // lost by the bus
  await db.kysely.deleteFrom('room_messages').where('room', '=', name).where('offset', '<', 4).execute();
  await world.heal(name);
  await settle();
  expect(offsets()).toEqual([1, undefined, 4, 5]);
  expect(frames.find(({ type }) => type === 'gap')!.data).toMatchObject({ from: 2, to: 3 });
});
