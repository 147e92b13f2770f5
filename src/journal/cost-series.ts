import { sql, type Kysely } from 'kysely';
import type { Schema } from '../storage/schema.js';
import { NANO } from './budget.js';

export const BUCKETS = ['hour', 'day'] as const;
export type Bucket = (typeof BUCKETS)[number];

/** Whole hours and days of UTC. */
const LENGTH_MS: Readonly<Record<Bucket, number>> = { hour: 3_600_000, day: 86_400_000 };
/** A month of hours: what a chart can show. */
export const MOST_BUCKETS = 750;

/** What was booked for the calls that began in one bucket; USD. */
export interface CostPoint {
  /** Of the bucket, ISO-8601; the first and the last bucket may be cut by the range. */
  readonly start: string;
  readonly calls: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly usd: number;
}

type Row = Omit<CostPoint, 'start'> & { readonly bucket: number };

export const bucketsBetween = (from: number, to: number, bucket: Bucket): number =>
  Math.floor((to - 1) / LENGTH_MS[bucket]) - Math.floor(from / LENGTH_MS[bucket]) + 1;

/**
 * Tokens and dollars over time, oldest first and without holes: where nothing was asked stand zeros. `from` inclusive,
 * `to` exclusive, wall time. Read a day at a time, as SQLite reads in the loop's thread.
 */
export async function costSeries(db: Kysely<Schema>, from: number, to: number, bucket: Bucket): Promise<readonly CostPoint[]> {
  const length = LENGTH_MS[bucket];
  const found = new Map<number, Omit<CostPoint, 'start'>>();
  for (let at = from; at < to; at = nextDay(at)) {
    for (const { bucket: number, ...sum } of await sums(db, at, Math.min(to, nextDay(at)), length)) found.set(number, { ...sum, usd: sum.usd / NANO });
    await new Promise((resolve) => setImmediate(resolve));
  }
  const first = Math.floor(from / length);
  return Array.from({ length: bucketsBetween(from, to, bucket) }, (_, at) => ({ start: new Date((first + at) * length).toISOString(), ...(found.get(first + at) ?? NOTHING) }));
}

const NOTHING = { calls: 0, prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, usd: 0 };
const nextDay = (time: number): number => (Math.floor(time / LENGTH_MS.day) + 1) * LENGTH_MS.day;

function sums(db: Kysely<Schema>, from: number, to: number, length: number): Promise<Row[]> {
  // both databases divide whole numbers to whole ones
  const bucket = sql<number>`started_at / ${sql.lit(length)}`;
  const total = (column: 'prompt_tokens' | 'completion_tokens' | 'total_tokens' | 'nano_usd') =>
    sql<number>`cast(coalesce(sum(${sql.ref(column)}), 0) as bigint)`.as(column === 'nano_usd' ? 'usd' : column);
  return db.selectFrom('model_calls')
    .select((eb) => [bucket.as('bucket'), eb.fn.countAll<number>().as('calls')])
    .select([total('prompt_tokens'), total('completion_tokens'), total('total_tokens'), total('nano_usd')])
    .where('started_at', '>=', from).where('started_at', '<', to)
    .groupBy(bucket)
    .execute() as Promise<Row[]>;
}
