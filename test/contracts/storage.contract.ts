import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase } from '../../src/storage/database.js';
import type { FreshDatabase } from '../support/databases.js';

const message = (offset: number, body: string, room = 'symbol:TEXT') =>
  ({ room, offset, epoch: 'e', message_id: `${room}:${offset}`, type: 'agent_update', body, sent_at: '2026-01-01T00:00:00.000Z' });
const run = (run_id: string) =>
  ({ run_id, symbol: 'AAPL', depth: 'fast', status: 'open', trigger: '{}', requested_at: 1 }) as const;

/** What every database must do alike. */
export function storageContract(name: string, fresh: () => Promise<FreshDatabase>): void {
  describe(`storage on ${name}`, () => {
    let db: FreshDatabase;
    beforeAll(async () => { db = await fresh(); });
    afterAll(async () => { await db.drop(); });

    const raise = (room: string, by: number) =>
      db.kysely.transaction().execute((trx) =>
        trx.insertInto('rooms').values({ room, epoch: 'e', head: by })
          .onConflict((on) => on.column('room').doUpdateSet({ head: sql`rooms.head + excluded.head` }))
          .returning(['head', 'epoch']).executeTakeFirstOrThrow());
    const rooms = (like: string) =>
      db.kysely.selectFrom('rooms').select('room').where('room', 'like', like).orderBy('room').execute();

    it('keeps what it has when it is opened again', async () => {
      const first = await fresh();
      await first.kysely.insertInto('rooms').values({ room: 'symbol:AAPL', epoch: 'e', head: 3 }).execute();
      await first.close();
      const again = await openDatabase(first.options);
      expect(await again.kysely.selectFrom('rooms').selectAll().execute()).toEqual([{ room: 'symbol:AAPL', epoch: 'e', head: 3 }]);
      await again.close();
      await first.drop();
    });

    it('has one open run per symbol and depth, and any number of ended ones', async () => {
      const { kysely } = db;
      await kysely.insertInto('runs').values(run('1')).execute();
      await expect(kysely.insertInto('runs').values(run('2')).execute()).rejects.toThrow(/unique/i);
      await kysely.insertInto('runs').values({ ...run('2'), depth: 'deep' }).execute();
      const joined = await kysely.insertInto('runs').values(run('3')).onConflict((on) => on.doNothing()).executeTakeFirstOrThrow();
      expect(joined.numInsertedOrUpdatedRows).toBe(0n);
      await kysely.updateTable('runs').set({ status: 'done' }).where('run_id', '=', '1').execute();
      await kysely.insertInto('runs').values(run('4')).execute();
      const row = await kysely.selectFrom('runs').selectAll().where('run_id', '=', '4').executeTakeFirst();
      expect(row).toMatchObject({ status: 'open', attempt: 1, as_of: null });
    });

    it('says a message once', async () => {
      const { kysely } = db;
      await kysely.insertInto('room_messages').values(message(1, '{}', 'symbol:ONCE')).execute();
      const again = { ...message(2, '{}', 'symbol:ONCE'), message_id: 'symbol:ONCE:1' };
      await expect(kysely.insertInto('room_messages').values(again).execute()).rejects.toThrow(/unique/i);
    });

    it('makes and raises a counter in one statement, and returns it', async () => {
      expect(await raise('symbol:UP', 3)).toEqual({ head: 3, epoch: 'e' });
      expect(await raise('symbol:UP', 4)).toEqual({ head: 7, epoch: 'e' });
    });

    it('gives transactions that run at the same time distinct numbers without a hole', async () => {
      const heads = await Promise.all(Array.from({ length: 40 }, () => raise('symbol:RACE', 1)));
      expect(heads.map(({ head }) => head).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    });

    it('forgets a transaction that throws, and throws that error', async () => {
      const work = db.kysely.transaction().execute(async (trx) => {
        await trx.insertInto('rooms').values({ room: 'gone:1', epoch: 'e' }).execute();
        throw new Error('mine');
      });
      await expect(work).rejects.toThrow('mine');
      expect(await rooms('gone:%')).toEqual([]);
    });

    it('forgets a transaction in which a statement fails, and goes on', async () => {
      const work = db.kysely.transaction().execute(async (trx) => {
        await trx.insertInto('rooms').values({ room: 'gone:2', epoch: 'e' }).execute();
        await trx.insertInto('rooms').values({ room: 'gone:2', epoch: 'e' }).execute();
      });
      await expect(work).rejects.toThrow(/unique/i);
      expect(await rooms('gone:%')).toEqual([]);
      await db.ping();
    });

    it('reads integers as exact numbers up to 2^53 − 1', async () => {
      const head = Number.MAX_SAFE_INTEGER;
      await db.kysely.insertInto('rooms').values({ room: 'symbol:BIG', epoch: 'e', head }).execute();
      const row = await db.kysely.selectFrom('rooms').where('room', '=', 'symbol:BIG')
        .select(['head', ({ fn }) => fn.countAll<number>().over().as('rows'), ({ fn }) => fn.max('head').over().as('max')])
        .executeTakeFirst();
      expect(row).toEqual({ head, rows: 1, max: head });
    });

    it('refuses a fraction where an integer belongs', async () => {
      await expect(db.kysely.insertInto('rooms').values({ room: 'symbol:HALF', epoch: 'e', head: 1.5 }).execute()).rejects.toThrow();
    });

    it('keeps text as it is, and refuses a bare NUL rather than cut it', async () => {
      const texts = ['', 'naïve 世界 🚀', JSON.stringify({ nul: '\0', quote: '\'"\\', line: '\u2028\n' }), 'x'.repeat(200_000)];
      await db.kysely.insertInto('room_messages').values(texts.map((text, i) => message(i + 1, text))).execute();
      const rows = await db.kysely.selectFrom('room_messages').select('body').where('room', '=', 'symbol:TEXT').orderBy('offset').execute();
      expect(rows.map(({ body }) => body)).toEqual(texts);
      await expect(db.kysely.insertInto('room_messages').values(message(9, 'a\0b')).execute()).rejects.toThrow();
    });

    it('sorts text by its bytes', async () => {
      const sorted = ['order:A', 'order:B', 'order:_', 'order:a', 'order:b', 'order:ä'];
      await db.kysely.insertInto('rooms').values([...sorted].reverse().map((room) => ({ room, epoch: 'e' }))).execute();
      expect((await rooms('order:%')).map(({ room }) => room)).toEqual(sorted);
    });

    it('takes a thousand rows in one statement', async () => {
      const rows = Array.from({ length: 1000 }, (_, i) => message(i + 1, '{}', 'symbol:MANY'));
      const result = await db.kysely.insertInto('room_messages').values(rows).executeTakeFirst();
      expect(result.numInsertedOrUpdatedRows).toBe(1000n);
    });

    it('closes after the work in hand, and then answers nothing', async () => {
      const short = await fresh();
      let begun = (): void => {};
      const inside = new Promise<void>((resolve) => { begun = resolve; });
      const work = short.kysely.transaction().execute(async (trx) => {
        await trx.insertInto('rooms').values({ room: 'symbol:LAST', epoch: 'e' }).execute();
        begun();
        return trx.selectFrom('rooms').select('room').execute();
      });
      await inside;
      await short.close();
      expect(await work).toEqual([{ room: 'symbol:LAST' }]);
      await expect(short.ping()).rejects.toThrow();
      await short.drop();
    });
  });
}
