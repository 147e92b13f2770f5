import { CodedError } from '../../model/codes.js';
import type { RoomMessage } from '../../rooms/message.js';
import type { RoomHistory, Stretch } from '../../rooms/room-history.js';

export interface PageRequest {
  /** Most messages. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

export interface PageEnd {
  readonly count: number;
  /** Asks for what comes after; null where nothing does. */
  readonly next: string | null;
}

/**
 * Hands one page of a stretch to `take`, piece by piece, until it returns false.
 * @throws CodedError VALIDATION_ERROR where the cursor is not of this room's log
 */
export async function readStretch(
  history: RoomHistory, stretch: Stretch, { limit, cursor }: PageRequest,
  take: (messages: readonly RoomMessage[]) => boolean | Promise<boolean>,
): Promise<PageEnd> {
  let last = cursor === undefined ? null : await placeOf(cursor, stretch.room, history);
  let count = 0;
  for await (const found of history.pages(stretch, last?.offset ?? 0)) {
    const page = found.slice(0, limit - count);
    count += page.length;
    last = page.at(-1) ?? last;
    if (page.length > 0 && !(await take(page))) break;
    if (page.length < found.length) return { count, next: cursorAfter(last!) };
  }
  return { count, next: null };
}

interface Place {
  readonly epoch: string;
  readonly offset: number;
}

const cursorAfter = ({ epoch, offset }: Place): string => Buffer.from(`${epoch} ${offset}`).toString('base64url');

async function placeOf(cursor: string, room: string, history: RoomHistory): Promise<Place> {
  const [epoch = '', text = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const offset = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(offset)) throw refused('must be the `next` of the page before');
  if (epoch !== await history.epoch(room)) throw refused(`is of another log than that of ${room}: begin without one`);
  return { epoch, offset };
}

const refused = (message: string): CodedError => new CodedError('VALIDATION_ERROR', `cursor: ${message}`, [{ path: 'cursor', message }]);
