import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/schema.js';
import type { Sweep } from '../../storage/sweeper.js';

interface Point {
  readonly at: number;
  readonly equity: string;
}

export interface ThinningRules {
  /** Days of market time before an account's newest point in which all points stay. */
  readonly allDays: number;
  /** The same of those of each hour; 0: for ever. */
  readonly hourlyDays: number;
}

const HOUR = 3_600_000;
const DAY = 86_400_000;
/** Points that one query looks at: more than a day has, but for the busiest. */
const PAGE = 2000;
/** Rows of one delete. */
const BATCH = 200;

/** Market time before which points are thinned: whole days (UTC) are, or are not yet. */
export const thinnedBefore = (newest: number, days: number): number => Math.floor((newest - days * DAY) / DAY) * DAY;

/**
 * Leaves of old points of equity those that tell an hour, and later a day (UTC): its last one, and where they are others
 * its highest and its lowest, so that a fall stays as deep as it was. Each point is one that was recorded; none is made.
 */
export class EquityThinning implements Sweep {
  /** Market time up to which each account's points are thinned, by width. */
  private readonly done = new Map<string, number>();

  constructor(private readonly db: Kysely<Schema>, private readonly rules: ThinningRules) {}

  async *sweep(): AsyncGenerator<number, void, undefined> {
    const accounts = await this.db.selectFrom('accounts').select('account_id').orderBy('account_id').execute();
    for (const { account_id: accountId } of accounts) {
      const newest = await this.newest(accountId);
      if (newest === null) continue;
      const { allDays, hourlyDays } = this.rules;
      if (hourlyDays > 0) yield* this.thin(accountId, DAY, thinnedBefore(newest, hourlyDays));
      yield* this.thin(accountId, HOUR, thinnedBefore(newest, allDays));
    }
  }

  private async newest(accountId: string): Promise<number | null> {
    const row = await this.db.selectFrom('equity_points').select('at').where('account_id', '=', accountId).orderBy('at', 'desc').limit(1).executeTakeFirst();
    return row?.at ?? null;
  }

  /** In spans of `width`, those that end by `before`; what a wider span has left stays. */
  private async *thin(accountId: string, width: number, before: number): AsyncGenerator<number, void, undefined> {
    const key = `${accountId} ${width}`;
    for (let limit = PAGE; ; ) {
      const from = Math.max(this.done.get(key) ?? -Infinity, width === HOUR ? this.done.get(`${accountId} ${DAY}`) ?? -Infinity : -Infinity);
      let query = this.db.selectFrom('equity_points').select(['at', 'equity']).where('account_id', '=', accountId).where('at', '<', before);
      if (from > -Infinity) query = query.where('at', '>=', from);
      const points = await query.orderBy('at').limit(limit).execute();
      const spans = [...spansOf(points, width)];
      if (points.length === limit) spans.pop(); // there may be more of it
      if (spans.length === 0 && points.length === limit) {
        limit *= 2;
        continue;
      }
      yield* this.remove(accountId, spans.flatMap(([, each]) => superfluous(each)));
      const last = spans.at(-1);
      if (last) this.done.set(key, (last[0] + 1) * width);
      if (points.length < limit) return;
      limit = PAGE;
    }
  }

  private async *remove(accountId: string, times: readonly number[]): AsyncGenerator<number, void, undefined> {
    yield 0; // a page was read
    for (let at = 0; at < times.length; at += BATCH) {
      const { numDeletedRows } = await this.db.deleteFrom('equity_points').where('account_id', '=', accountId).where('at', 'in', times.slice(at, at + BATCH)).executeTakeFirst();
      yield Number(numDeletedRows);
    }
  }
}

function spansOf(points: readonly Point[], width: number): Map<number, Point[]> {
  const spans = new Map<number, Point[]>();
  for (const point of points) {
    const span = Math.floor(point.at / width);
    const known = spans.get(span);
    if (known) known.push(point);
    else spans.set(span, [point]);
  }
  return spans;
}

/** Times of all but the last, the (first) highest and the (first) lowest. */
function superfluous(points: readonly Point[]): number[] {
  const worth = points.map(({ equity }) => Number(equity));
  const kept = new Set([points.length - 1, worth.indexOf(Math.max(...worth)), worth.indexOf(Math.min(...worth))]);
  return points.flatMap(({ at }, nth) => (kept.has(nth) ? [] : [at]));
}
