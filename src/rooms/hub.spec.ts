import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { Recorder, upTo } from '../../test/support/room-node.js';
import { RoomWorld } from '../../test/support/room-world.js';
import type { HostedRoom } from './hosted-room.js';
import type { RoomMessage } from './message.js';

let db: FreshDatabase;
let world: RoomWorld;
let name: string;
beforeAll(async () => {
  db = await freshSqlite();
  await RoomWorld.unsynced(db);
});
afterAll(async () => { await db.drop(); });
beforeEach(async () => {
  world = await RoomWorld.of(db, 2);
  name = world.rooms[0]!;
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const say = async (count: number, room = name): Promise<RoomMessage[]> => {
  const said: RoomMessage[] = [];
  for (let at = 0; at < count; at += 1) said.push(await world.say(room, 'agent_update'));
  return said;
};
/** Reads that were asked for have been made; their answers wait. */
async function held(count: number): Promise<void> {
  while (world.log.held < count) await turn();
}
async function passAll(): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet = world.log.held > 0 ? 0 : quiet + 1) {
    while (world.log.held > 0) world.log.pass(0);
    await turn();
  }
}
async function hosted(member: Recorder, room = name): Promise<HostedRoom> {
  const [found] = await world.hub.host([room]);
  found!.members.add(member);
  return found!;
}

describe('a room that is open', () => {
  it('hands on what comes in order, and nothing again', async () => {
    const member = new Recorder();
    const room = await hosted(member);
    const [first, second] = await say(2);
    world.log.gated = true;
    for (const message of [first, first, second, first, second]) world.bring(message!);
    await turn();
    expect(member.offsets).toEqual([1, 2]);
    expect(room.cursor).toBe(2);
    expect(world.log.held).toBe(0); // nothing is missing, so the log is not read
  });

  it('holds back what is early, and hands it on with what was late', async () => {
    const member = new Recorder();
    await hosted(member);
    world.log.gated = true; // the log does not help
    const said = await say(5);
    for (const at of [4, 2, 1, 3]) world.bring(said[at]!);
    expect(member.offsets).toEqual([]);
    world.bring(said[0]!);
    expect(member.offsets).toEqual(upTo(5));
    await passAll();
    expect(member.offsets).toEqual(upTo(5));
  });

  it('reads at once what the bus lost', async () => {
    const member = new Recorder();
    await hosted(member);
    const said = await say(1200);
    world.bring(said.at(-1)!);
    while (member.got.length < 1200) await turn();
    expect(member.got).toEqual(said);
  });

  it('reads again where something was lost while it read', async () => {
    const member = new Recorder();
    await hosted(member);
    world.log.gated = true;
    const early = await say(3);
    world.bring(early[2]!);
    await held(1); // the page with the three is made, and on its way
    const late = await say(2);
    world.bring(late[1]!);
    await passAll();
    expect(member.offsets).toEqual(upTo(5));
  });

  it('heals everything that was there when it was asked to', async () => {
    const member = new Recorder();
    const room = await hosted(member);
    world.log.gated = true;
    await say(1);
    const first = room.heal();
    await held(1);
    await say(1);
    const second = room.heal();
    await passAll();
    await Promise.all([first, second]);
    expect(member.offsets).toEqual([1, 2]);
  });

  it('takes what comes while it reads, once', async () => {
    const member = new Recorder();
    const room = await hosted(member);
    world.log.gated = true;
    const said = await say(4);
    const healing = room.heal();
    await held(1);
    for (const message of said.slice(0, 2)) world.bring(message);
    await passAll();
    await healing;
    expect(member.offsets).toEqual(upTo(4));
  });

  it('goes on behind what retention has taken, rather than never', async () => {
    const member = new Recorder();
    const room = await hosted(member);
    await say(6);
    await db.kysely.deleteFrom('room_messages').where('room', '=', name).where('offset', '<', 4).execute();
    await room.heal();
    const [next] = await say(1);
    world.bring(next!);
    expect(member.offsets).toEqual([4, 5, 6, 7]);
  });

  it('reports a log that cannot be read, and reads it the next time', async () => {
    const member = new Recorder();
    const room = await hosted(member);
    const read = world.log.read.bind(world.log);
    world.log.read = () => Promise.reject(new Error('away'));
    await say(2);
    await room.heal();
    expect(world.faults.map(({ message, cause }) => [message, (cause as Error).message])).toEqual([[`room ${name}: reading the log failed`, 'away']]);
    world.log.read = read;
    await room.heal();
    expect(member.offsets).toEqual([1, 2]);
  });

  it('drops what belongs to another epoch', async () => {
    const member = new Recorder();
    await hosted(member);
    world.bring({ room: name, messageId: 'x', type: 'agent_update', body: '{}', epoch: 'other', offset: 1, sentAt: '' });
    expect(member.got).toEqual([]);
  });

  it('encodes a message once for all its members', async () => {
    const packets = new Set<unknown>();
    const room = await hosted(new Recorder());
    for (let at = 0; at < 3; at += 1) {
      room.members.add({ deliver: (_message, packet) => packets.add(packet), price: () => undefined, loose: () => undefined, unlogged: () => undefined, tellPosition: () => undefined });
    }
    world.bring((await say(1))[0]!);
    expect(packets.size).toBe(1);
  });
});

describe('opening a room', () => {
  it('begins at the head, and does not hand on what was before', async () => {
    await say(3);
    const member = new Recorder();
    const room = await hosted(member);
    expect([room.cursor, room.epoch]).toEqual([3, world.epochs.get(name)]);
    world.bring((await say(1))[0]!);
    expect(member.offsets).toEqual([4]);
  });

  it('loses nothing that is said between the look at the head and its end', async () => {
    world.log.gated = true;
    const opening = world.hub.host([name]);
    await held(1); // the head is known: 0
    const said = await say(3);
    for (const message of [said[1]!, said[0]!, said[2]!]) world.bring(message);
    await passAll();
    const [room] = await opening;
    expect(room!.cursor).toBe(3);
  });

  it('reads what was lost in that time as soon as it can', async () => {
    world.log.gated = true;
    const opening = world.hub.host([name]);
    await held(1);
    const said = await say(3);
    world.bring(said[2]!);
    await passAll();
    const [room] = await opening;
    expect(room!.cursor).toBe(3);
  });

  it('loses nothing that is said meanwhile, however much it is', async () => {
    world.log.gated = true;
    const opening = world.hub.host([name]);
    await held(1);
    for (const message of await say(1200)) world.bring(message);
    world.log.gated = false;
    while (world.log.held > 0) world.log.pass(0);
    const [room] = await opening;
    for (let turns = 0; turns < 100; turns += 1) await turn();
    expect(room!.cursor).toBe(1200);
  });

  it('is done once for all who ask at the same time, and ends with the last of them', async () => {
    const all = await Promise.all(upTo(5).map(() => world.hub.host([...world.rooms])));
    expect(new Set(all.map(([room]) => room)).size).toBe(1);
    for (const [at, rooms] of all.entries()) {
      expect(world.bus.rooms.size).toBe(2);
      for (const room of rooms) world.hub.release(room);
      expect(world.bus.rooms.size).toBe(at < 4 ? 2 : 0);
    }
    expect(await world.hub.host([name])).not.toEqual([all[0]![0]]);
  });

  it('that fails is told to all who wait, leaves nothing behind, and is tried again by the next', async () => {
    const open = world.log.open.bind(world.log);
    world.log.open = async () => { throw new Error('away'); };
    const all = await Promise.allSettled([world.hub.host([name]), world.hub.host([...world.rooms]), world.hub.host([name])]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await turn();
    expect([...world.bus.rooms]).toEqual([]);
    world.log.open = open;
    const [room] = await world.hub.host([name]);
    expect(room!.cursor).toBe(0);
    world.hub.release(room!);
    expect([...world.bus.rooms]).toEqual([]);
  });

  it('that fails does not close the room under those who were in it', async () => {
    const member = new Recorder();
    await hosted(member);
    const open = world.log.open.bind(world.log);
    world.log.open = async () => { throw new Error('away'); };
    await expect(world.hub.host([...world.rooms])).rejects.toThrow('away');
    world.log.open = open;
    world.bring((await say(1))[0]!);
    expect(member.offsets).toEqual([1]);
    expect([...world.bus.rooms]).toEqual([name]);
  });

  it('brings the last signal along, that of the log or a newer one', async () => {
    await world.say(name, 'signal_update');
    const [room] = await world.hub.host([name]);
    expect(room!.lastSnapshot?.offset).toBe(1);
    const newer = await world.say(name, 'signal_update');
    world.bring(newer);
    expect(room!.lastSnapshot).toEqual(newer);
  });
});

describe('a client\'s own room', () => {
  beforeEach(() => {
    name = name.replace('symbol:', 'client:');
    world.truth.set(name, []);
  });

  it('has no row until somebody says something in it, which its members get', async () => {
    const member = new Recorder();
    const room = await hosted(member);
    expect([room.epoch, room.cursor, (await world.log.heads([name])).size]).toEqual(['', 0, 0]);
    world.bring((await say(1))[0]!);
    expect(member.offsets).toEqual([1]);
    expect(room.epoch).toBe((await world.log.heads([name])).get(name)!.epoch);
  });

  it('is settled without losing what the bus lost', async () => {
    const member = new Recorder();
    const room = await hosted(member);
    await say(2);
    await world.hub.settle([room]);
    expect(member.offsets).toEqual([1, 2]);
    expect(room.cursor).toBe(2);
  });
});

describe('prices and counts', () => {
  it('go to members of the symbol only, and are not made where there are none', async () => {
    const members = [new Recorder(), new Recorder()];
    const room = await hosted(members[0]!);
    await hosted(members[1]!, world.rooms[1]!);
    world.price(name);
    expect(members.map(({ prices }) => prices)).toEqual([1, 0]);
    expect(world.hub.hasMembers(name)).toBe(true);
    expect(world.hub.occupancy()).toEqual({ [name.slice(7)]: 1, [world.rooms[1]!.slice(7)]: 1 });
    room.members.delete(members[0]!);
    expect(world.hub.hasMembers(name)).toBe(false);
    expect(Object.keys(world.hub.occupancy())).toEqual([world.rooms[1]!.slice(7)]);
    expect([...world.hub.members()]).toEqual([members[1]]);
  });
});
