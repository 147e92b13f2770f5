import { randomBytes } from 'node:crypto';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Schema } from '../storage/schema.js';
import { PreparedRows } from '../storage/prepared.js';
import type { NewMessage, Position, RoomMessage } from './message.js';

interface Counter {
  readonly room: string;
  readonly epoch: string;
  readonly head: number;
}

/** Rows of one insert; keeps every statement under SQLite's bound of parameters. */
const CHUNK = 500;
const HEADS_AT_ONCE = 10_000;
/** Most rows behind one entry of the index by market time; whoever reads by it looks so far. */
export const LONGEST_SPAN = 64;

/** The log of every room: rows with epoch and offset, as first sent. */
export class RoomLog {
  private readonly raise = new PreparedRows<Counter, Counter>(
    (db, rows) => db.insertInto('rooms').values(rows)
      .onConflict((conflict) => conflict.column('room').doUpdateSet({ head: sql`rooms.head + excluded.head` }))
      .returning(['room', 'epoch', 'head']),
    ({ room, epoch, head }) => [room, epoch, head],
  );
  private readonly insert = new PreparedRows<Row>(
    (db, rows) => db.insertInto('room_messages').values(rows),
    Object.values,
  );
  private readonly byId = new PreparedRows<string, Row>(
    (db, ids) => db.selectFrom('room_messages').selectAll().where('message_id', 'in', ids),
    (id) => [id],
  );

  constructor(private readonly db: Kysely<Schema>) {}

  /** The heads of the rooms; a room that nobody used yet is made, with a new epoch. */
  async open(rooms: readonly string[]): Promise<ReadonlyMap<string, Position>> {
    // sorted, as in `append`: whoever makes the same rooms at the same time waits for this, and never in a circle
    for (const part of chunks([...rooms].sort(), CHUNK)) {
      await this.db.insertInto('rooms')
        .values(part.map((room) => ({ room, epoch: newEpoch(), head: 0 })))
        .onConflict((conflict) => conflict.column('room').doNothing())
        .execute();
    }
    return this.heads(rooms);
  }

  /** The heads of rooms; one that is not there is absent. */
  async heads(rooms: readonly string[]): Promise<ReadonlyMap<string, Position>> {
    const heads = new Map<string, Position>();
    for (const part of chunks(rooms, HEADS_AT_ONCE)) {
      const rows = await this.db.selectFrom('rooms').selectAll().where('room', 'in', part).execute();
      for (const { room, epoch, head } of rows) heads.set(room, { epoch, offset: head });
    }
    return heads;
  }

  /**
   * The last step of a transaction: raises each room's counter and writes the rows. Rooms go in sorted order, so that
   * two transactions never wait for each other in a circle. A message that is there already adds nothing and comes back
   * as it is.
   */
  async append(tx: Transaction<Schema>, messages: readonly NewMessage[], sentAt: string): Promise<readonly RoomMessage[]> {
    const known = new Map((await this.found(tx, messages.map((message) => message.messageId))).map((row) => [row.messageId, row]));
    const fresh = new Map<string, NewMessage[]>();
    const seen = new Set(known.keys());
    for (const message of messages) {
      if (seen.has(message.messageId)) continue;
      seen.add(message.messageId);
      const list = fresh.get(message.room);
      if (list) list.push(message);
      else fresh.set(message.room, [message]);
    }
    const said: RoomMessage[] = [];
    const rows: Row[] = [];
    const rooms = [...fresh.keys()].sort();
    const counters = await this.raise.execute(tx, rooms.map((room) => ({ room, epoch: newEpoch(), head: fresh.get(room)!.length })));
    for (const { room, epoch, head } of counters) {
      const list = fresh.get(room)!;
      const before = head - list.length;
      list.forEach((message, at) => {
        const placed = { ...message, epoch, offset: before + at + 1, sentAt };
        said.push(placed);
        rows.push(toRow(placed, at % LONGEST_SPAN === 0 || message.marketTime !== list[at - 1]?.marketTime));
      });
    }
    await this.insert.execute(tx, rows);
    return [...known.values(), ...said];
  }

  /** Messages with `after < offset ≤ upTo`, in order, at most `limit`. */
  async read(room: string, after: number, upTo: number, limit: number): Promise<readonly RoomMessage[]> {
    const rows = await this.db.selectFrom('room_messages').selectAll()
      .where('room', '=', room).where('offset', '>', after).where('offset', '<=', upTo)
      .orderBy('offset').limit(limit).execute();
    return rows.map(fromRow);
  }

  /** The first offset that is still kept, by room; a room without messages is absent. */
  async oldest(rooms: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for (const part of chunks(rooms, CHUNK)) {
      // one look into the index for each room; a GROUP BY would read all that these rooms ever said
      const rows = await this.db.selectFrom('rooms as r').where('r.room', 'in', part).select(({ selectFrom }) => [
        'r.room', selectFrom('room_messages as m').whereRef('m.room', '=', 'r.room').select(({ fn }) => fn.min('m.offset').as('first')).as('first'),
      ]).execute();
      for (const { room, first } of rows) if (first !== null) found.set(room, Number(first));
    }
    return found;
  }

  /** The last message of a type, by room. */
  async lastOf(rooms: readonly string[], type: string): Promise<ReadonlyMap<string, RoomMessage>> {
    const found = new Map<string, RoomMessage>();
    for (const part of chunks(rooms, CHUNK)) {
      const rows = await this.db.selectFrom('rooms as r').where('r.room', 'in', part)
        .innerJoin('room_messages as m', (join) => join.onRef('m.room', '=', 'r.room').on('m.offset', '=', ({ selectFrom }) =>
          selectFrom('room_messages as n').whereRef('n.room', '=', 'r.room').where('n.type', '=', type).select(({ fn }) => fn.max('n.offset').as('last'))))
        .selectAll('m').execute();
      for (const row of rows) found.set(row.room, fromRow(row));
    }
    return found;
  }

  /** What was already said under these ids. */
  find(messageIds: readonly string[]): Promise<readonly RoomMessage[]> {
    return this.found(this.db, messageIds);
  }

  private async found(db: Kysely<Schema>, messageIds: readonly string[]): Promise<RoomMessage[]> {
    return (await this.byId.execute(db, [...new Set(messageIds)])).map(fromRow);
  }
}

/** Names one life of a room's log; a database restored from a backup gets new ones. */
const newEpoch = (): string => randomBytes(6).toString('base64url');

type Row = Schema['room_messages'];

const toRow = ({ room, offset, epoch, messageId, type, body, sentAt, marketTime }: RoomMessage, beginsSpan: boolean): Row => ({
  room, offset, epoch, message_id: messageId, type, body, sent_at: sentAt, market_time: marketTime ?? null, span_time: beginsSpan ? (marketTime ?? null) : null,
});

export const fromRow = (row: Row): RoomMessage => ({
  room: row.room, offset: row.offset, epoch: row.epoch, messageId: row.message_id, type: row.type, body: row.body, sentAt: row.sent_at,
  ...(row.market_time === null ? {} : { marketTime: row.market_time }),
});

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
