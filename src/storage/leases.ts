import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely';
import type { Database } from './database.js';
import type { Schema } from './schema.js';

/** Held, or who is waited for: `freeInMs` from now the lease lapses unless its holder renews it. */
export type Claim =
  | { readonly held: true; readonly term: number }
  | { readonly held: false; readonly term: number; readonly freeInMs: number };

/** What a write was allowed by: it is refused where another holder came since. */
export interface Fence {
  readonly lease: string;
  readonly term: number;
}

/** A write of a holder that is none any more. */
export class Deposed extends Error {
  constructor({ lease, term }: Fence, now: number) {
    super(`The lease '${lease}' is at term ${now}, and this was said under term ${term}: nothing was stored`);
    this.name = 'Deposed';
  }
}

/**
 * What only one node may do at a time, as rows with an expiry and a term that rises with each holder. All times are the
 * database's own clock, so clocks of nodes may differ; one that the database's clock jumps over is taken over early, and
 * the term then keeps the earlier holder's writes out (`check`).
 */
export class Leases {
  private readonly db: Kysely<Schema>;
  private readonly now: RawBuilder<number>;
  private readonly locksRows: boolean;

  constructor({ kysely, dialect }: Pick<Database, 'kysely' | 'dialect'>) {
    this.db = kysely;
    this.locksRows = dialect === 'postgres';
    this.now = dialect === 'postgres'
      ? sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
      : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;
  }

  /** Takes what is free, lapsed, or this holder's own (which begins another term). A holder's name is of one process. */
  async acquire(name: string, holder: string, ttlMs: number): Promise<Claim> {
    for (;;) {
      const mine = await this.db.insertInto('leases')
        .values({ name, holder, term: 1, expires_at: this.until(ttlMs) })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({
          holder, term: sql<number>`leases.term + 1`, expires_at: sql<number>`excluded.expires_at`,
        }).where(({ eb, or }) => or([eb('leases.expires_at', '<=', this.now), eb('leases.holder', '=', holder)])))
        .returning('term').executeTakeFirst();
      if (mine) return { held: true, term: mine.term };
      const theirs = await this.db.selectFrom('leases')
        .select(['term', sql<number>`${sql.ref('expires_at')} - ${this.now}`.as('left')]).where('name', '=', name).executeTakeFirst();
      if (theirs) return { held: false, term: theirs.term, freeInMs: Math.max(0, theirs.left) };
    }
  }

  /** False where it lapsed, also if nobody else took it: what was said in between may have been against another's word. */
  async renew(name: string, holder: string, term: number, ttlMs: number): Promise<boolean> {
    const kept = await this.db.updateTable('leases').set({ expires_at: this.until(ttlMs) })
      .where('name', '=', name).where('holder', '=', holder).where('term', '=', term).where('expires_at', '>', this.now)
      .returning('term').executeTakeFirst();
    return kept !== undefined;
  }

  /** Gives it back, so that another has it at once; the term stays. */
  async release(name: string, holder: string, term: number): Promise<void> {
    await this.db.updateTable('leases').set({ expires_at: 0 })
      .where('name', '=', name).where('holder', '=', holder).where('term', '=', term).execute();
  }

  /** The term under way; 0 before the first. */
  async term(name: string): Promise<number> {
    return (await this.db.selectFrom('leases').select('term').where('name', '=', name).executeTakeFirst())?.term ?? 0;
  }

  /** Inside the transaction that writes: no other holder comes before it commits. @throws Deposed where one has come already */
  async check(tx: Transaction<Schema>, fence: Fence): Promise<void> {
    const row = tx.selectFrom('leases').select('term').where('name', '=', fence.lease);
    const found = await (this.locksRows ? row.forShare() : row).executeTakeFirst();
    if (found && found.term > fence.term) throw new Deposed(fence, found.term);
  }

  private until(ttlMs: number): RawBuilder<number> {
    return sql<number>`${this.now} + ${sql.lit(ttlMs)}`;
  }
}
