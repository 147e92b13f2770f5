import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import type { Schema } from '../storage/schema.js';
import { snapshotTypeOf } from './names.js';

export interface RetentionRules {
  /** Messages of a room. */
  readonly keepMessages: number;
  /** Wall time since they were said. */
  readonly keepHours: number;
}

/** A room with messages, as the sweep finds it. */
interface Kept {
  readonly room: string;
  readonly head: number;
  /** Offset of the oldest message. */
  readonly first: number;
  /** When it was said. */
  readonly since: string;
}

const HOUR = 3_600_000;
const EVERY_MS = 60_000;
/** Rooms that one query looks at. */
const ROOMS = 200;
/** Rows of one delete: a few milliseconds on SQLite, which blocks the event loop meanwhile. */
const BATCH = 200;
/** After a delete it rests three times as long as that took. */
const REST = 3;
/** So far beyond `keepMessages` the newest snapshot, and what came after it, is kept. */
const SNAPSHOT_REACH = 1000;

/**
 * Deletes what of the rooms' logs is too old or too much, oldest first, so that what is kept of a room never has a hole.
 * A room's newest signal and all after it stay, whatever their age, for the snapshot of those who join.
 */
export class Retention {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<unknown> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly db: Kysely<Schema>,
    private readonly rules: RetentionRules,
    private readonly onFault: (fault: Error) => void,
    /** Wall time, epoch milliseconds. */
    private readonly clock: () => number = Date.now,
  ) {}

  /** Sweeps now, and a minute after each sweep. */
  start(): void {
    this.sweeping = this.sweep()
      .catch((error: unknown) => this.onFault(new Error('Old messages of rooms could not be deleted; the next sweep tries again', { cause: error })))
      .then(() => {
        if (!this.stopped) this.timer = setTimeout(() => this.start(), EVERY_MS).unref();
      });
  }

  /** Resolves when the delete in hand is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.sweeping;
  }

  /** Resolves with the number of messages deleted. */
  async sweep(): Promise<number> {
    const oldest = new Date(this.clock() - this.rules.keepHours * HOUR).toISOString();
    let deleted = 0;
    let last = '';
    for (;;) {
      const rooms = await this.roomsAfter(last);
      for (const room of rooms) {
        if (this.isOver(room, oldest)) deleted += await this.trim(room, oldest);
        if (this.stopped) return deleted;
      }
      if (rooms.length < ROOMS) return deleted;
      last = rooms.at(-1)!.room;
      await nextTurn();
    }
  }

  private isOver({ head, first, since }: Kept, oldest: string): boolean {
    return head - first >= this.rules.keepMessages || since < oldest;
  }

  private async trim({ room, head, first }: Kept, oldest: string): Promise<number> {
    const tooMany = head - this.rules.keepMessages;
    const limit = Math.max(tooMany - SNAPSHOT_REACH, (await this.lastSnapshot(room) ?? head + 1) - 1);
    let upTo = first - 1;
    while (!this.stopped) {
      const end = Math.min(Math.max(tooMany, await this.lastBefore(room, upTo + BATCH, oldest)), upTo + BATCH, limit);
      if (end <= upTo) break;
      const start = performance.now();
      // what is left of a span is found by its new first row
      await this.db.updateTable('room_messages').set({ span_time: sql`market_time` }).where('room', '=', room).where('offset', '=', end + 1).execute();
      await this.db.deleteFrom('room_messages').where('room', '=', room).where('offset', '<=', end).execute();
      upTo = end;
      await pause(REST * (performance.now() - start));
    }
    return upTo - first + 1;
  }

  /** Rooms by name, at most `ROOMS`; those without messages are left out. */
  private async roomsAfter(name: string): Promise<readonly Kept[]> {
    return this.db.selectFrom('rooms as r')
      .innerJoin('room_messages as m', (join) => join.onRef('m.room', '=', 'r.room').on('m.offset', '=', ({ selectFrom }) =>
        selectFrom('room_messages as n').whereRef('n.room', '=', 'r.room').select(({ fn }) => fn.min('n.offset').as('first'))))
      .select(['r.room', 'r.head', 'm.offset as first', 'm.sent_at as since'])
      .where('r.room', '>', name).orderBy('r.room').limit(ROOMS).execute();
  }

  /** Offset of the last message up to `offset` that was said before `time`; 0 where there is none. */
  private async lastBefore(room: string, offset: number, time: string): Promise<number> {
    const row = await this.db.selectFrom('room_messages').select(({ fn }) => fn.max('offset').as('last'))
      .where('room', '=', room).where('offset', '<=', offset).where('sent_at', '<', time).executeTakeFirst();
    return Number(row?.last ?? 0);
  }

  private async lastSnapshot(room: string): Promise<number | null> {
    const row = await this.db.selectFrom('room_messages').select(({ fn }) => fn.max('offset').as('last'))
      .where('room', '=', room).where('type', '=', snapshotTypeOf(room)).executeTakeFirst();
    return row?.last ?? null;
  }
}
