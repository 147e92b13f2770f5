import type { Batch } from '../../src/rooms/batch.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FlushLoop } from '../../src/rooms/flush-loop.js';
import { HostedRoom } from '../../src/rooms/hosted-room.js';
import { Membership } from '../../src/rooms/membership.js';
import type { NewMessage, RoomMessage } from '../../src/rooms/message.js';
import { Outbox } from '../../src/rooms/outbox.js';
import { Packet } from '../../src/rooms/packet.js';
import { Retention } from '../../src/rooms/retention.js';
import { RoomHistory, type Stretch } from '../../src/rooms/room-history.js';
import { RoomLog } from '../../src/rooms/room-log.js';
import type { FreshDatabase } from '../support/databases.js';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 10);
const fail = (error: Error): never => { throw error; };

/** History, retention and snapshots of rooms, on any database. */
export function roomsHistoryContract(name: string, fresh: () => Promise<FreshDatabase>): void {
  describe(`rooms' history on ${name}`, () => {
    let db: FreshDatabase;
    let log: RoomLog;
    let history: RoomHistory;
    let last = 0;
    beforeAll(async () => {
      db = await fresh();
      log = new RoomLog(db.kysely);
      history = new RoomHistory(db.kysely);
    });
    afterAll(async () => { await db.drop(); });

    /** One message for each market time, all in one transaction. */
    const say = (room: string, marketTimes: readonly (number | undefined)[], { type = 'agent_update', at = NOW } = {}): Promise<readonly RoomMessage[]> =>
      db.kysely.transaction().execute((tx) => log.append(
        tx, marketTimes.map((marketTime): NewMessage => ({ room, messageId: `m${++last}`, type, body: `{"n":${last}}`, marketTime })), new Date(at).toISOString(),
      ));
    const read = async (stretch: Stretch, after = 0): Promise<number[]> => {
      const offsets: number[] = [];
      for await (const page of history.pages(stretch, after)) offsets.push(...page.map(({ offset }) => offset));
      return offsets;
    };
    const offsetsOf = (messages: readonly RoomMessage[], fits: (message: RoomMessage) => boolean): number[] =>
      messages.filter(fits).map(({ offset }) => offset).sort((a, b) => a - b);

    it('finds a stretch exactly, wherever it is cut, also where market time goes back, stands still or is not known', async () => {
      const room = 'symbol:BACK';
      const all: RoomMessage[] = [];
      for (let run = 0; run < 120; run += 1) {
        const time = 1000 * (run % 50); // a file that was begun three times
        const late = run % 7 === 0 ? 1000 * ((run + 40) % 50) : time;
        all.push(...await say(room, [...Array<number>(run % 9 === 0 ? 150 : 6).fill(time), late, run % 5 === 0 ? undefined : time]));
      }
      expect(all.length).toBeGreaterThan(2500);
      for (const [from, to] of [[0, 50_000], [3000, 4000], [0, 1], [10_000, 30_001], [49_000, 60_000], [60_000, 70_000]] as const) {
        const wanted = offsetsOf(all, ({ marketTime }) => marketTime !== undefined && marketTime >= from && marketTime < to);
        expect(await read({ room, from, to })).toEqual(wanted);
        for (const after of [1, 63, 64, 700, 1999]) expect(await read({ room, from, to }, after)).toEqual(wanted.filter((offset) => offset > after));
      }
    });

    it('gives messages as they were first said, of the types that are asked for', async () => {
      const room = 'symbol:TYPES';
      const said = [...await say(room, [1, 1, 2]), ...await say(room, [2], { type: 'signal_update' }), ...await say(room, [3])];
      const pages: RoomMessage[] = [];
      for await (const page of history.pages({ room, from: 0, to: 9 }, 0)) pages.push(...page);
      expect(pages).toEqual(said);
      expect(await read({ room, from: 0, to: 9, types: ['signal_update', 'system_alert'] })).toEqual([4]);
      expect(await read({ room: 'symbol:NOBODY', from: 0, to: 9 })).toEqual([]);
      expect(await history.epoch(room)).toBe(said[0]!.epoch);
      expect(await history.epoch('symbol:NOBODY')).toBeNull();
    });

    it('tells the last signals up to one, newest first', async () => {
      const room = 'symbol:PAIRS';
      const signals: RoomMessage[] = [];
      for (let run = 0; run < 4; run += 1) {
        await say(room, [run]);
        signals.push(...await say(room, [run], { type: 'signal_update' }));
      }
      expect(await history.upTo(signals[2]!.messageId, room, 'signal_update', 2)).toEqual([signals[2], signals[1]]);
      expect(await history.upTo(signals[0]!.messageId, room, 'signal_update', 2)).toEqual([signals[0]]);
      expect(await history.upTo('nobody', room, 'signal_update', 2)).toEqual([]);
    });

    it('knows the oldest offset and the last signal of many rooms', async () => {
      const rooms = Array.from({ length: 700 }, (_, at) => `symbol:MANY${at}`);
      await log.open(rooms);
      await say(rooms[3]!, [1, 1], { type: 'signal_update' });
      const [message] = await say(rooms[650]!, [1], { type: 'signal_update' });
      await say(rooms[650]!, [2]);
      expect(await log.oldest(rooms)).toEqual(new Map([[rooms[3], 1], [rooms[650], 1]]));
      const found = await log.lastOf(rooms, 'signal_update');
      expect([...found.keys()].sort()).toEqual([rooms[3], rooms[650]]);
      expect(found.get(rooms[3]!)).toMatchObject({ offset: 2 });
      expect(found.get(rooms[650]!)).toEqual(message);
    });

    describe('retention', () => {
      const kept = async (room: string): Promise<number[]> =>
        (await db.kysely.selectFrom('room_messages').select('offset').where('room', '=', room).orderBy('offset').execute()).map(({ offset }) => offset);
      const sweep = (keepMessages: number, keepHours = 1e6): Promise<number> => new Retention(db.kysely, { keepMessages, keepHours }, fail, () => NOW).sweep();
      const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

      it('keeps the newest messages, which history still finds', async () => {
        const room = 'symbol:COUNT';
        await say(room, Array<number>(1000).fill(5));
        expect(await sweep(130)).toBeGreaterThanOrEqual(870);
        expect(await kept(room)).toEqual(range(871, 1000));
        expect(await read({ room, from: 5, to: 6 })).toEqual(range(871, 1000));
        expect(await log.oldest([room])).toEqual(new Map([[room, 871]]));
        await say(room, [6, 6]);
        expect(await kept(room)).toEqual(range(871, 1002));
      });

      it('forgets what is too old, without a hole', async () => {
        const room = 'symbol:AGE';
        await say(room, Array<number>(450).fill(1), { at: NOW - 3 * HOUR });
        await say(room, Array<number>(50).fill(2), { at: NOW - HOUR });
        await sweep(1e6, 2);
        expect(await kept(room)).toEqual(range(451, 500));
        await sweep(1e6, 0.5);
        expect(await kept(room)).toEqual([]);
        expect((await log.open([room])).get(room)).toMatchObject({ offset: 500 });
        expect(await say(room, [3])).toMatchObject([{ offset: 501 }]);
      });

      it('keeps the last signal for those who join, but not for ever', async () => {
        const room = 'symbol:SIGNAL';
        await say(room, [1, 1]);
        await say(room, [1], { type: 'signal_update', at: NOW - 10 * HOUR });
        await say(room, [2], { at: NOW - 9 * HOUR });
        await sweep(1, 1);
        expect(await kept(room)).toEqual([3, 4]);
        expect((await log.lastOf([room], 'signal_update')).get(room)).toMatchObject({ offset: 3 });
        await say(room, Array<number>(1100).fill(3));
        await sweep(10);
        expect(await kept(room)).toEqual(range(95, 1104));
      });

      it('that overtakes a reader is told as a gap, and the snapshot follows', async () => {
        const room = 'symbol:OVERTAKEN';
        const said = await say(room, Array<number>(600).fill(1));
        const texts: string[] = [];
        const hosted = new HostedRoom(room, log, 'signal_update', fail);
        hosted.begin({ epoch: said[0]!.epoch, offset: 600 }, undefined);
        let atPage = 0;
        const wire = {
          format: 'json' as const, buffered: 0, whenDrained: (then: () => void) => then(),
          write: (items: readonly unknown[]) => { for (const item of items) if (item instanceof Packet) texts.push(item.text('json')); },
          writeBatch: (batch: Batch) => { for (const packet of batch.packets()) texts.push(packet.text('json')); },
        };
        const outbox = new Outbox(wire, new FlushLoop(), { queueMessages: 1e6, queueBytes: 1e9 }, () => fail(new Error('overflow')));
        const slow = Object.assign(Object.create(log) as RoomLog, {
          // the sweep comes between the second page and the third
          read: async (...args: Parameters<RoomLog['read']>) => {
            if ((atPage += 1) === 3) await sweep(50);
            return log.read(...args);
          },
        });
        const live = new Promise<void>((resolve) => {
          const snapshot = (): Packet[] => {
            resolve();
            return [Packet.loose('price_update', '{}', '', 'snapshot', room)];
          };
          new Membership(hosted, { outbox, pages: slow, snapshot, onFault: fail, onEnd: () => undefined }, null, null).startAfter(0);
        });
        await live;
        await outbox.drained();
        const frames = texts.map((text) => JSON.parse(text) as { type: string; offset?: number; data: unknown; snapshot?: boolean });
        const place = frames.findIndex(({ type }) => type === 'gap');
        expect(frames.slice(0, place).map(({ offset }) => offset)).toEqual(range(1, 250));
        expect(frames[place]!.data).toEqual({ room, epoch: said[0]!.epoch, from: 251, to: 550 });
        expect(frames.slice(place + 1, -1).map(({ offset }) => offset)).toEqual(range(551, 600));
        expect(frames.at(-1)).toMatchObject({ type: 'price_update', snapshot: true });
      });

      it('looks at hundreds of rooms, and stops when it is told to', async () => {
        const rooms = Array.from({ length: 450 }, (_, at) => `symbol:SWEEP${at}`);
        for (const room of rooms) await say(room, [1, 2, 3]);
        await sweep(2);
        const counts = await db.kysely.selectFrom('room_messages').select(({ fn }) => ['room', fn.countAll<number>().as('count')]).where('room', 'like', 'symbol:SWEEP%').groupBy('room').execute();
        expect(counts.map(({ count }) => Number(count))).toEqual(rooms.map(() => 2));
        const retention = new Retention(db.kysely, { keepMessages: 1, keepHours: 1e6 }, fail, () => NOW);
        retention.start();
        await retention.stop();
      });
    });
  });
}
