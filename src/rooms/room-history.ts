import { sql, type Kysely } from 'kysely';
import type { Schema } from '../storage/schema.js';
import type { RoomMessage } from './message.js';
import { fromRow, LONGEST_SPAN } from './room-log.js';

/** What of a room's log is asked for. */
export interface Stretch {
  readonly room: string;
  /** Market time, epoch milliseconds, inclusive. */
  readonly from: number;
  /** Market time, exclusive. */
  readonly to: number;
  /** Message types; undefined: all. */
  readonly types?: readonly string[] | undefined;
}

/** Offsets `first` to `last` in which a row that is asked for may be. */
interface Window {
  readonly first: number;
  readonly last: number;
}

/** Rows that one query looks at, so that none blocks the event loop for more than a few milliseconds. */
const WINDOW = 256;
/** Entries of the index that are read at once. */
const SPANS = 512;

/**
 * A room's log by market time. Offsets are only nearly in the order of market time (a replayed file begins again, a slow
 * run ends late), so rows are found by the index on spans: neighbours that share a market time, at most `LONGEST_SPAN`.
 */
export class RoomHistory {
  constructor(private readonly db: Kysely<Schema>) {}

  /** Names the log as it is now; null where nothing was ever said. */
  async epoch(room: string): Promise<string | null> {
    const row = await this.db.selectFrom('rooms').select('epoch').where('room', '=', room).executeTakeFirst();
    return row?.epoch ?? null;
  }

  /** Messages of the stretch after offset `after`, in the order in which they were said, as pages; none is empty. */
  async *pages(stretch: Stretch, after: number): AsyncGenerator<readonly RoomMessage[]> {
    for await (const window of this.windows(stretch, after)) {
      const page = await this.within(stretch, window);
      if (page.length > 0) yield page;
    }
  }

  /** The last messages of a type in a room up to and including this one, newest first. */
  async upTo(messageId: string, room: string, type: string, limit: number): Promise<readonly RoomMessage[]> {
    const rows = await this.db.selectFrom('room_messages').selectAll().where('room', '=', room).where('type', '=', type)
      .where('offset', '<=', ({ selectFrom }) => selectFrom('room_messages as this').where('this.message_id', '=', messageId).select('this.offset'))
      .orderBy('offset', 'desc').limit(limit).execute();
    return rows.map(fromRow);
  }

  private async *windows(stretch: Stretch, after: number): AsyncGenerator<Window> {
    let next = after + 1;
    for (let spans: readonly number[] | null = null; spans === null || spans.length === SPANS;) {
      spans = await this.spans(stretch, next);
      for (const span of spans) {
        if (span + LONGEST_SPAN <= next) continue; // lies in windows that were read
        const first = Math.max(next, span);
        next = first + WINDOW;
        yield { first, last: next - 1 };
      }
    }
  }

  /** First offsets of spans in the stretch that may reach `offset`, in order. */
  private async spans({ room, from, to }: Stretch, offset: number): Promise<readonly number[]> {
    const place = sql<number>`"offset" + 0`; // the sum keeps SQLite from walking the primary key instead
    const rows = await this.db.selectFrom('room_messages').select('offset')
      .where('room', '=', room).where('span_time', '>=', from).where('span_time', '<', to).where(place, '>', offset - LONGEST_SPAN)
      .orderBy(place).limit(SPANS).execute();
    return rows.map((row) => row.offset);
  }

  private async within({ room, from, to, types }: Stretch, { first, last }: Window): Promise<readonly RoomMessage[]> {
    let query = this.db.selectFrom('room_messages').selectAll()
      .where('room', '=', room).where('offset', '>=', first).where('offset', '<=', last)
      .where('market_time', '>=', from).where('market_time', '<', to);
    if (types) query = query.where('type', 'in', types);
    return (await query.orderBy('offset').execute()).map(fromRow);
  }
}
