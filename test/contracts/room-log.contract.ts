import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RoomMessage } from '../../src/rooms/message.js';
import type { FreshDatabase } from '../support/databases.js';
import { news, Recorder, roomNode, upTo, type RoomNode } from '../support/room-node.js';

const ROOMS = Array.from({ length: 12 }, (_, at) => `symbol:MANY${String(at).padStart(2, '0')}`);

/** What holds for the log of rooms, and for who writes to it, on every database. */
export function roomLogContract(name: string, fresh: () => Promise<FreshDatabase>): void {
  describe(`rooms on ${name}`, () => {
    let db: FreshDatabase;
    let node: RoomNode;
    beforeAll(async () => {
      db = await fresh();
      node = roomNode(db);
    });
    afterAll(async () => { await db.drop(); });

    const all = (room: string, log = node.log): Promise<readonly RoomMessage[]> => log.read(room, 0, Number.MAX_SAFE_INTEGER, 10_000);
    const offsets = async (room: string): Promise<number[]> => (await all(room)).map(({ offset }) => offset);
    const head = async (room: string): Promise<number> => (await node.log.open([room])).get(room)!.offset;
    const run = (id: string) => ({ run_id: id, symbol: id, depth: 'fast', status: 'open', trigger: '{}', requested_at: 1 }) as const;
    const stored = async (id: string): Promise<boolean> =>
      (await db.kysely.selectFrom('runs').select('run_id').where('run_id', '=', id).execute()).length > 0;

    describe('the log', () => {
      it('makes a room once, with an epoch that stays', async () => {
        const first = await node.log.open(['symbol:NEW', 'system']);
        expect([...first.keys()].sort()).toEqual(['symbol:NEW', 'system']);
        expect(first.get('symbol:NEW')).toEqual({ epoch: expect.stringMatching(/^[\w-]{8}$/), offset: 0 });
        expect(first.get('symbol:NEW')!.epoch).not.toBe(first.get('system')!.epoch);
        expect(await node.log.open(['system', 'symbol:NEW'])).toEqual(new Map([...first].reverse()));
      });

      it('gives a room one epoch, also to many who open it at once and to who says the first word', async () => {
        const rooms = ['symbol:ONCE1', 'symbol:ONCE2', 'symbol:ONCE3'];
        const [opened, said] = await Promise.all([
          Promise.all(upTo(20).map((at) => node.log.open(at % 2 ? rooms : [...rooms].reverse()))),
          node.writer.say({ messages: rooms.map((room) => news(room, `${room}:first`)) }),
        ]);
        for (const [at, room] of rooms.entries()) {
          expect(new Set([...opened.map((heads) => heads.get(room)!.epoch), said[at]!.epoch]).size).toBe(1);
        }
      });

      it('reads pages: after, up to and including, in order, no more than asked for', async () => {
        const room = 'symbol:PAGES';
        await node.writer.say({ messages: upTo(25).map((at) => news(room, `page:${at}`)) });
        const page = async (after: number, to: number, limit: number): Promise<number[]> =>
          (await node.log.read(room, after, to, limit)).map(({ offset }) => offset);
        expect(await page(0, 25, 10)).toEqual(upTo(10));
        expect(await page(10, 13, 10)).toEqual([11, 12, 13]);
        expect(await page(24, Number.MAX_SAFE_INTEGER, 10)).toEqual([25]);
        expect(await page(25, 25, 10)).toEqual([]);
        expect(await page(0, 0, 10)).toEqual([]);
        expect(await node.log.read('symbol:NOBODY', 0, 9, 9)).toEqual([]);
      });

      it('reads a message as it was said', async () => {
        const body = JSON.stringify({ text: 'naïve 世界 🚀 "\\\u2028\0', long: 'x'.repeat(100_000) });
        const [said] = await node.writer.say({ messages: [{ room: 'symbol:TEXT', messageId: 'text:1', type: 'signal_update', body }] });
        expect(said).toEqual({
          room: 'symbol:TEXT', messageId: 'text:1', type: 'signal_update', body, offset: 1,
          epoch: (await node.log.open(['symbol:TEXT'])).get('symbol:TEXT')!.epoch, sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/),
        });
        expect(await all('symbol:TEXT')).toEqual([said]);
        expect(await node.log.find(['text:1', 'text:2', 'text:1'])).toEqual([said]);
      });

      it('knows the first offset that is kept, where there is one', async () => {
        await node.writer.say({ messages: upTo(5).map((at) => news('symbol:OLD', `old:${at}`)) });
        await node.log.open(['symbol:EMPTY']);
        await db.kysely.deleteFrom('room_messages').where('room', '=', 'symbol:OLD').where('offset', '<', 4).execute();
        expect(await node.log.oldest(['symbol:OLD', 'symbol:EMPTY', 'symbol:NOBODY'])).toEqual(new Map([['symbol:OLD', 4]]));
      });

      it('goes on counting where all messages were taken by retention', async () => {
        await node.writer.say({ messages: upTo(3).map((at) => news('symbol:KEPT', `kept:${at}`)) });
        await db.kysely.deleteFrom('room_messages').where('room', '=', 'symbol:KEPT').execute();
        const [next] = await node.writer.say({ messages: [news('symbol:KEPT', 'kept:4')] });
        expect(next!.offset).toBe(4);
      });

      it('knows the last message of a type, by room', async () => {
        const [a, b] = ['symbol:LASTA', 'symbol:LASTB'] as const;
        await node.writer.say({ messages: [
          news(a, 'last:1', 'signal_update'), news(a, 'last:2', 'signal_update'), news(a, 'last:3'), news(b, 'last:4', 'signal_update'), news('symbol:LASTC', 'last:5'),
        ] });
        const last = await node.log.lastOf([a, b, 'symbol:LASTC'], 'signal_update');
        expect([...last.values()].map(({ messageId }) => messageId).sort()).toEqual(['last:2', 'last:4']);
      });

      it('takes more rooms and messages than fit one statement', async () => {
        const rooms = upTo(1100).map((at) => `symbol:WIDE${at}`);
        const said = await node.writer.say({ messages: rooms.map((room) => news(room, room)) });
        expect(said.map(({ room, offset }) => `${room} ${offset}`)).toEqual(rooms.map((room) => `${room} 1`));
        expect((await node.log.open(rooms)).size).toBe(1100);
        expect((await node.log.oldest(rooms)).size).toBe(1100);
        expect((await node.log.lastOf(rooms, 'agent_update')).size).toBe(1100);
      });
    });

    describe('who says something', () => {
      it('gets offsets from 1 without holes in every room, with hundreds at once in opposite orders, some of which fail', async () => {
        const results = await Promise.allSettled(upTo(300).map((work) => {
          const rooms = ROOMS.filter((_, at) => (work * 7 + at * 5) % 4 === 0);
          if (work % 2) rooms.reverse();
          const messages = rooms.flatMap((room) => upTo(1 + work % 3).map((at) => news(room, `many:${work}:${room}:${at}`)));
          return node.writer.say({ messages, store: async () => { if (work % 7 === 0) throw new Error(`work ${work} fails`); } });
        }));
        const expected = new Map<string, RoomMessage[]>(ROOMS.map((room) => [room, []]));
        for (const [at, result] of results.entries()) {
          if ((at + 1) % 7 === 0) expect(result).toEqual({ status: 'rejected', reason: new Error(`work ${at + 1} fails`) });
          else if (result.status === 'rejected') throw result.reason;
          else for (const message of result.value) expected.get(message.room)!.push(message);
        }
        for (const room of ROOMS) {
          const rows = await all(room);
          expect(rows.map(({ offset }) => offset)).toEqual(upTo(rows.length));
          expect(await head(room)).toBe(rows.length);
          expect(rows).toEqual(expected.get(room)!.sort((a, b) => a.offset - b.offset));
          expect(rows.length).toBeGreaterThan(50);
        }
      });

      it('gets offsets in the order of its messages, and in the order in which it was said', async () => {
        const room = 'symbol:ORDER';
        const said = await Promise.all(upTo(30).map((work) => node.writer.say({ messages: [news(room, `order:${work}:a`), news(room, `order:${work}:b`)] })));
        expect(said.flat().map(({ offset }) => offset)).toEqual(upTo(60));
      });

      it('adds nothing by saying it again, and gets the place that it has', async () => {
        const room = 'symbol:AGAIN';
        const [first] = await node.writer.say({ messages: [news(room, 'again:1')] });
        const again = await node.writer.say({ messages: [{ ...news(room, 'again:1'), body: '{"other":true}' }, news(room, 'again:2'), news(room, 'again:2')] });
        expect(again.map(({ offset }) => offset)).toEqual([1, 2, 2]);
        expect(again[0]).toEqual(first);
        const atOnce = await Promise.all(upTo(5).map(() => node.writer.say({ messages: [news(room, 'again:3'), news(room, 'again:1')] })));
        expect(atOnce.map((places) => places.map(({ offset }) => offset))).toEqual(atOnce.map(() => [3, 1]));
        expect(await offsets(room)).toEqual([1, 2, 3]);
        expect(await head(room)).toBe(3);
      });

      it('has rows and messages stored together', async () => {
        await node.writer.say({
          store: async (tx) => { await tx.insertInto('runs').values(run('together')).execute(); },
          messages: [news('symbol:BOTH', 'both:1')],
        });
        expect(await stored('together')).toBe(true);
        expect(await offsets('symbol:BOTH')).toEqual([1]);
      });

      it('has neither where a row fails, and takes no offset', async () => {
        const failing = node.writer.say({
          store: async (tx) => {
            await tx.insertInto('runs').values(run('neither')).execute();
            await tx.insertInto('runs').values(run('neither')).execute();
          },
          messages: [news('symbol:NEITHER', 'neither:1')],
        });
        const beside = node.writer.say({ messages: [news('symbol:NEITHER', 'neither:2')] });
        await expect(failing).rejects.toThrow(/unique/i);
        expect((await beside)[0]!.offset).toBe(1);
        expect(await stored('neither')).toBe(false);
        expect((await all('symbol:NEITHER')).map(({ messageId }) => messageId)).toEqual(['neither:2']);
        expect(await head('symbol:NEITHER')).toBe(1);
      });

      it('has neither where a message cannot be stored', async () => {
        const nul = { room: 'symbol:NUL', messageId: 'nul:1', type: 'agent_update', body: '"\0"' };
        await expect(node.writer.say({
          store: async (tx) => { await tx.insertInto('runs').values(run('nul')).execute(); }, messages: [news('symbol:NUL', 'nul:0'), nul],
        })).rejects.toThrow();
        expect(await stored('nul')).toBe(false);
        expect(await all('symbol:NUL')).toEqual([]);
      });

      it('can store without a message', async () => {
        expect(await node.writer.say({ store: async (tx) => { await tx.insertInto('runs').values(run('silent')).execute(); } })).toEqual([]);
        expect(await stored('silent')).toBe(true);
        await node.writer.idle();
      });
    });

    describe('members', () => {
      it('are handed a message only when it is stored, in the order of offsets, all the same', async () => {
        const room = 'symbol:HEARD';
        const [hosted] = await node.hub.host([room]);
        const seen: Promise<readonly RoomMessage[]>[] = [];
        // asks at the moment of delivery, on a connection of its own where the database has several
        const members = [new Recorder((message) => seen.push(node.log.find([message.messageId]))), new Recorder()];
        for (const member of members) hosted!.members.add(member);
        let deliveredInside = -1;
        await Promise.allSettled(upTo(80).map((work) => node.writer.say({
          store: async () => {
            if (work === 40) deliveredInside = members[0]!.got.filter(({ messageId }) => messageId.startsWith('heard:40:')).length;
            if (work % 9 === 0) throw new Error('fails');
          },
          messages: upTo(2).map((at) => news(room, `heard:${work}:${at}`)),
        })));
        expect(deliveredInside).toBe(0);
        expect(members[0]!.offsets).toEqual(upTo((80 - 8) * 2));
        expect(members[1]!.got).toEqual(members[0]!.got);
        expect(members[0]!.got).toEqual(await all(room));
        expect((await Promise.all(seen)).map((rows) => rows.length)).toEqual(seen.map(() => 1));
        node.hub.release(hosted!);
      });

      it('are handed nothing that is said again', async () => {
        const room = 'symbol:QUIET';
        const [hosted] = await node.hub.host([room]);
        const member = new Recorder();
        hosted!.members.add(member);
        await node.writer.say({ messages: [news(room, 'quiet:1')] });
        await node.writer.say({ messages: [news(room, 'quiet:1'), news(room, 'quiet:2')] });
        expect(member.offsets).toEqual([1, 2]);
        node.hub.release(hosted!);
      });

      it('have it before who said it is told', async () => {
        const room = 'symbol:BEFORE';
        const [hosted] = await node.hub.host([room]);
        const member = new Recorder();
        hosted!.members.add(member);
        const said = await node.writer.say({ messages: [news(room, 'before:1')] });
        expect(member.got).toEqual(said);
        node.hub.release(hosted!);
      });
    });
  });
}
