import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { openedLink } from '../../test/support/redis-links.js';
import { RedisServer } from '../../test/support/redis-server.js';
import { until } from '../../test/support/until.js';
import { Outage } from '../storage/outage.js';
import type { RedisLink } from '../storage/redis.js';
import { Healing } from './healing.js';
import type { Member } from './hosted-room.js';
import { Hub } from './hub.js';
import type { RoomMessage } from './message.js';
import { RoomBus } from './room-bus.js';
import { RedisRoomBus } from './room-bus.redis.js';
import { RoomLog } from './room-log.js';
import { RoomWriter } from './room-writer.js';

/** A bus that brings nothing. */
class DeadBus extends RoomBus {
  attach(): void {}
  async subscribe(): Promise<void> {}
  unsubscribe(): void {}
  publish(): void {}
  publishPrice(): void {}
}

let db: FreshDatabase;
beforeAll(async () => { db = await freshSqlite(); });
afterAll(() => db.drop());

let said = 0;

/** A node on the shared log; `join` puts a member into a room and gives the offsets that it is handed. */
function nodeWith(bus: RoomBus, log = new RoomLog(db.kysely)) {
  const reports: string[] = [];
  const hub = new Hub(log, bus, (fault) => void reports.push(fault.message));
  const outage = new Outage((error) => void reports.push(`away: ${error.message}`), () => void reports.push('back'));
  const writer = new RoomWriter(db.kysely, log, hub, bus, () => false);
  return {
    hub, reports,
    healing: new Healing({ hub, log, outage }),
    say: (room: string) => writer.say({ messages: [{ room, messageId: `m${++said}`, type: 'agent_update', body: '{}' }] }),
    async join(room: string): Promise<number[]> {
      const offsets: number[] = [];
      const [hosted] = await hub.host([room]);
      const member: Member = { deliver: ({ offset }: RoomMessage) => void offsets.push(offset), price: () => undefined, loose: () => undefined, unlogged: () => undefined, tellPosition: () => undefined };
      hosted!.members.add(member);
      return offsets;
    },
  };
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, at) => at + 1);

describe('what a bus lost', () => {
  it('is read from the log, in order, in every room that is behind and in no other', async () => {
    const [a, b] = [nodeWith(new DeadBus()), nodeWith(new DeadBus())];
    const [one, two, still] = [await b.join('heal:1'), await b.join('heal:2'), await b.join('heal:3')];
    for (let n = 0; n < 1203; n++) void a.say('heal:1');
    await a.say('heal:2');
    expect([one, two]).toEqual([[], []]);
    await b.healing.compare();
    expect(one).toEqual(upTo(1203));
    expect([two, still]).toEqual([[1], []]);
  });

  it('is asked for in one query', async () => {
    const log = new RoomLog(db.kysely);
    let asked = 0;
    const counting = { heads: (rooms: readonly string[]) => { asked += 1; return log.heads(rooms); } };
    const node = nodeWith(new DeadBus());
    for (let n = 0; n < 50; n++) await node.join(`many:${n}`);
    await new Healing({ hub: node.hub, log: counting, outage: new Outage(() => undefined, () => undefined) }).compare();
    expect(asked).toBe(1);
  });

  it('is read by itself, every now and then', async () => {
    const [a, b] = [nodeWith(new DeadBus()), nodeWith(new DeadBus())];
    const offsets = await b.join('heal:timer');
    const healing = new Healing({ hub: b.hub, log: new RoomLog(db.kysely), outage: new Outage(() => undefined, () => undefined), everyMs: 20 });
    healing.start();
    await a.say('heal:timer');
    await until(() => offsets.length === 1, 'the message');
    healing.stop();
  });

  it('waits for a log that is away, which is said once, and once that it is back', async () => {
    const log = new RoomLog(db.kysely);
    let away = false;
    const flaky = Object.assign(Object.create(log) as RoomLog, { heads: (rooms: readonly string[]) => (away ? Promise.reject(new Error('gone')) : log.heads(rooms)) });
    const [a, b] = [nodeWith(new DeadBus()), nodeWith(new DeadBus(), flaky)];
    const offsets = await b.join('heal:away');
    away = true;
    await a.say('heal:away');
    for (let n = 0; n < 3; n++) await b.healing.compare();
    expect([offsets, b.reports]).toEqual([[], ['away: gone']]);
    away = false;
    await b.healing.compare();
    await b.healing.compare();
    expect([offsets, b.reports]).toEqual([[1], ['away: gone', 'back']]);
  });

  it('and that the log has not kept either is passed over, so that members can be told of the gap', async () => {
    const [a, b] = [nodeWith(new DeadBus()), nodeWith(new DeadBus())];
    const offsets = await b.join('heal:hole');
    for (let n = 0; n < 600; n++) void a.say('heal:hole');
    await a.say('heal:hole');
    await db.kysely.deleteFrom('room_messages').where('room', '=', 'heal:hole').where('offset', '=', 1).execute();
    await b.healing.compare();
    expect(offsets).toEqual(upTo(601).slice(1));
  });
});

describe('over Redis', () => {
  let server: RedisServer;
  const links: RedisLink[] = [];
  beforeAll(async () => { server = await RedisServer.start(); });
  afterAll(async () => {
    for (const link of links) link.close();
    await server.remove();
  });

  const node = async () => {
    const { link } = await openedLink(server.url);
    links.push(link);
    const made = nodeWith(new RedisRoomBus(link.channels));
    link.onReturn(() => made.healing.compare());
    return { ...made, link };
  };

  it('members of two nodes miss nothing and get nothing twice though Redis is killed and comes back empty', async () => {
    const [a, b] = [await node(), await node()];
    const rooms = upTo(5).map((n) => `kill:${n}`);
    const heard = await Promise.all([a, b].flatMap((each) => rooms.map((room) => each.join(room))));
    let saying = true;
    let each = 0;
    const talk = async (from: typeof a): Promise<void> => {
      while (saying) await from.say(rooms[(each += 1) % rooms.length]!);
    };
    const talks = [a, b].map(talk);
    const total = (): number => heard.reduce((sum, offsets) => sum + offsets.length, 0);
    const more = async (): Promise<void> => {
      const before = total();
      await until(() => total() > before + 100, 'more messages');
    };
    for (let round = 0; round < 2; round++) {
      await more();
      await server.stop();
      await until(() => !a.link.up && !b.link.up, 'noticed');
      await more();
      await server.again();
      await until(() => a.link.up && b.link.up, 'back');
    }
    await more();
    saying = false;
    await Promise.all(talks);
    const heads = await new RoomLog(db.kysely).heads(rooms);
    const expected = [...rooms, ...rooms].map((room) => upTo(heads.get(room)!.offset));
    await until(() => total() === expected.flat().length, 'all of it');
    expect(heard).toEqual(expected);
  });

  it('a room that is joined while Redis is away is heard of once it is back', async () => {
    const [a, b] = [await node(), await node()];
    await server.stop();
    await until(() => !a.link.up && !b.link.up, 'noticed');
    const offsets = await b.join('late:1');
    await a.say('late:1');
    await server.again();
    await until(() => a.link.up && b.link.up, 'back');
    expect(offsets).toEqual([1]);
    await a.say('late:1');
    await until(() => offsets.length === 2, 'the message');
  });
});
