import type { SourceFormat } from '../../config/config.js';
import type { Candle } from '../../model/candle.js';
import type { TimestampKind } from '../../model/instrument.js';
import { type Interval, intervalMs } from '../../model/interval.js';
import { newYorkToUtc } from '../../model/new-york.js';
import { sessionOn } from '../../model/new-york-calendar.js';

export const COLUMNS = ['timestamp', 'open', 'high', 'low', 'close', 'volume'] as const;

/** A good row as it is written. */
export interface Row {
  /** The timestamp read as if it were UTC, whatever it means. */
  readonly written: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

const DAY = 86_400_000;
const SESSION_CLOSE = 16 * 3_600_000;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?(?:Z|\+00:?00)?)?$/;

/** Epoch milliseconds of an ISO-8601 date or time in UTC or without a zone; null where it is none. */
function parseTimestamp(text: string): number | null {
  const match = TIMESTAMP.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [number, number, number, number, number, number];
  const time = Date.UTC(year, month - 1, day, hour, minute, second, Number((match[7] ?? '0').padEnd(3, '0')));
  // 30 February would roll over into March
  return new Date(time).getUTCDate() === day && hour < 24 && minute < 60 && second < 60 ? time : null;
}

/** The row, or the reason why it is bad. */
export function parseRow(fields: readonly string[]): Row | string {
  if (fields.length !== COLUMNS.length) return `${fields.length} fields instead of ${COLUMNS.length} (${COLUMNS.join(',')})`;
  const written = parseTimestamp(fields[0]!);
  if (written === null) return `timestamp "${fields[0]}" is not an ISO-8601 time in UTC or without a zone`;
  const numbers: number[] = [];
  for (let at = 1; at < COLUMNS.length; at++) {
    const number = NUMBER.test(fields[at]!) ? Number(fields[at]) : Number.NaN;
    if (!Number.isFinite(number)) return `${COLUMNS[at]} "${fields[at]}" is not a number`;
    numbers.push(number);
  }
  const [open, high, low, close, volume] = numbers as [number, number, number, number, number];
  if (Math.min(open, high, low, close) <= 0) return 'a price is not positive';
  if (high < low) return `high ${high} is below low ${low}`;
  if (open > high || open < low) return `open ${open} is outside of ${low} to ${high}`;
  if (close > high || close < low) return `close ${close} is outside of ${low} to ${high}`;
  if (volume < 0) return `volume ${volume} is negative`;
  return { written, open, high, low, close, volume };
}

/** `Candle.time` of a written timestamp: real UTC, or the session's date at 00:00Z. */
export function openingOf(written: number, kind: TimestampKind): number {
  switch (kind) {
    case 'utc': return written;
    case 'exchange_local': return newYorkToUtc(written);
    case 'session_date': return Math.floor(written / DAY) * DAY;
  }
}

/** `shift` milliseconds are added to what is written, so that local times stay local. */
export function candleOf(row: Row, format: SourceFormat, interval: Interval, shift: number): Candle {
  const { open, high, low, close } = row;
  const time = openingOf(row.written + shift, format.timestamps);
  const knownAt = format.timestamps === 'session_date' ? sessionOn(time)?.close ?? newYorkToUtc(time + SESSION_CLOSE) : time + intervalMs(interval);
  const volume = format.volume === 'quote' ? row.volume / ((high + low + close) / 3) : row.volume;
  return Object.freeze({ time, knownAt, open, high, low, close, volume });
}
