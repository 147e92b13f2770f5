import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '../../src/storage/database.js';
import { freshPostgres, type FreshDatabase } from '../support/databases.js';
import { JoinedBus, news, Recorder, roomNode, upTo, type RoomNode } from '../support/room-node.js';

// Two nodes: two pools, two logs, two hubs, one database.
let first: FreshDatabase;
let second: Database;
let nodes: RoomNode[];
beforeAll(async () => {
  first = await freshPostgres({ redisUrl: 'redis://elsewhere' });
  second = await openDatabase(first.options);
  const [a, b] = JoinedBus.nodes(2);
  nodes = [roomNode(first, a), roomNode(second, b)];
});
afterAll(async () => {
  await second.close();
  await first.drop();
});

const node = (at: number): RoomNode => nodes[at % 2]!;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('two nodes that say hundreds of things over rooms in opposite orders leave no hole and never lock each other', async () => {
  const rooms = upTo(10).map((at) => `symbol:${String.fromCharCode(64 + at)}`);
  const bothMembers = await Promise.all(nodes.map(async ({ hub }) => (await hub.host(rooms)).map((room) => {
    const member = new Recorder();
    room.members.add(member);
    return { room, member };
  })));
  const said = await Promise.all(upTo(400).map((work) => node(work).writer.say({
    messages: (work % 4 < 2 ? rooms : [...rooms].reverse()).filter((_, at) => (at + work) % 3).map((room) => news(room, `both:${work}:${room}`)),
  })));
  for (const room of rooms) {
    const rows = await nodes[0]!.log.read(room, 0, Number.MAX_SAFE_INTEGER, 10_000);
    expect(rows.map(({ offset }) => offset)).toEqual(upTo(rows.length));
    expect(rows).toEqual(said.flat().filter((message) => message.room === room).sort((a, b) => a.offset - b.offset));
  }
  for (const members of bothMembers) {
    for (const { room, member } of members) {
      while (member.got.length < (await nodes[0]!.log.open([room.name])).get(room.name)!.offset) await turn();
      expect(member.offsets).toEqual(upTo(member.got.length));
    }
  }
  expect(nodes.flatMap(({ faults }) => faults)).toEqual([]);
});

it('transactions that run truly at once, eight on each node, never lock each other', async () => {
  const rooms = upTo(8).map((at) => `symbol:DIRECT${at}`);
  // the log itself, without the writer, which would try again
  const transact = (work: number): Promise<unknown> => (work % 2 ? first : second).kysely.transaction().execute((tx) =>
    node(work).log.append(tx, (work % 4 < 2 ? rooms : [...rooms].reverse()).map((room) => news(room, `direct:${work}:${room}`)), new Date().toISOString()));
  const works = upTo(320);
  await Promise.all(upTo(16).map(async () => {
    for (let work = works.pop(); work !== undefined; work = works.pop()) await transact(work);
  }));
  for (const room of rooms) {
    const rows = await nodes[1]!.log.read(room, 0, Number.MAX_SAFE_INTEGER, 1000);
    expect(rows.map(({ offset }) => offset)).toEqual(upTo(320));
  }
});

it('opening new rooms, in any order, while others open them and say the first words there, locks nobody', async () => {
  for (const round of upTo(25)) {
    const rooms = upTo(12).map((at) => `symbol:FRESH${round}:${at}`);
    const heads = await Promise.all(upTo(8).map(async (work) => {
      const names = work % 4 < 2 ? rooms : [...rooms].reverse();
      const said = work % 8 < 5 ? [] : await node(work).writer.say({ messages: names.map((room) => news(room, `fresh:${work}:${room}`)) });
      const opened = await node(work).log.open(names);
      return { said, opened };
    }));
    for (const room of rooms) expect(new Set(heads.map(({ opened }) => opened.get(room)!.epoch)).size).toBe(1);
  }
});

it('what both nodes say at once under one id is one row, and both get its place', async () => {
  const room = 'symbol:SAME';
  const [hosted] = await nodes[0]!.hub.host([room]);
  const member = new Recorder();
  hosted!.members.add(member);
  for (const round of upTo(60)) {
    const messages = [news(room, `same:${round}:a`), news(room, `same:${round}:b`), news('symbol:SAME2', `same:${round}:c`)];
    const [a, b] = await Promise.all(nodes.map(({ writer }, at) => writer.say({ messages: at ? [...messages].reverse() : messages })));
    expect([...b!].reverse()).toEqual(a);
  }
  const rows = await nodes[0]!.log.read(room, 0, Number.MAX_SAFE_INTEGER, 1000);
  expect(rows.map(({ offset }) => offset)).toEqual(upTo(120));
  expect(new Set(rows.map(({ messageId }) => messageId)).size).toBe(120);
  while (member.got.length < 120) await turn();
  expect(member.offsets).toEqual(upTo(120));
});
