import { sql, type Kysely } from 'kysely';
import { PreparedRows } from '../storage/prepared.js';
import type { Schema } from '../storage/schema.js';
import { NANO, type OverBudget } from './budget.js';

/** One sum in several scopes of a day. */
export interface Booking {
  /** UTC, `2026-01-31`. */
  readonly day: string;
  readonly scopes: readonly { readonly scope: string; readonly kind: OverBudget['scope']; readonly limitUsd: number }[];
  /** Billionths of a dollar; below 0 it is given back, whatever the limits are. */
  readonly nano: number;
}

interface Balance {
  readonly scope: string;
  readonly day: string;
  readonly nano_usd: number;
}

const keyOf = ({ day, scope }: Pick<Balance, 'day' | 'scope'>): string => `${day} ${scope}`;
const parameters = ({ scope, day, nano_usd: nano }: Balance): readonly unknown[] => [scope, day, nano];

/** The table `budgets`. Rows are locked in the order of day and scope, so that no two nodes wait for each other in a circle. */
export class BudgetBook {
  /** Reads a balance, made where it is not there, and locks it until the transaction ends: on PostgreSQL an update that changes nothing does. */
  private readonly lock = new PreparedRows<Balance, Balance>(
    (db, rows) => db.insertInto('budgets').values(rows)
      .onConflict((conflict) => conflict.columns(['scope', 'day']).doUpdateSet({ nano_usd: sql`budgets.nano_usd` }))
      .returning(['scope', 'day', 'nano_usd']),
    parameters,
  );
  private readonly add = new PreparedRows<Balance>(
    (db, rows) => db.insertInto('budgets').values(rows)
      .onConflict((conflict) => conflict.columns(['scope', 'day']).doUpdateSet({ nano_usd: sql`budgets.nano_usd + excluded.nano_usd` })),
    parameters,
  );

  constructor(private readonly db: Kysely<Schema>) {}

  /**
   * Books each in all of its scopes or, where one has too little left, in none. Resolves with that scope, or null, for
   * each of them in their order. `onDecided` is called before the COMMIT: a failure after it leaves open what is stored.
   */
  async book(bookings: readonly Booking[], onDecided: () => void): Promise<readonly (OverBudget | null)[]> {
    return this.db.transaction().execute(async (tx) => {
      const balances = new Balances(await this.lock.execute(tx, rowsOf(bookings)));
      const answers = bookings.map((booking) => balances.book(booking));
      await this.add.execute(tx, balances.changes());
      onDecided();
      return answers;
    });
  }

  /** Booked so far in the scopes of a day, dearest first. */
  async balances(day: string, limit: number): Promise<readonly Balance[]> {
    return this.db.selectFrom('budgets').selectAll().where('day', '=', day).orderBy('nano_usd', 'desc').orderBy('scope').limit(limit).execute();
  }
}

/** One row for each balance that is concerned, in the order in which they are locked. */
function rowsOf(bookings: readonly Booking[]): readonly Balance[] {
  const rows = new Map<string, Balance>();
  for (const { day, scopes } of bookings) for (const { scope } of scopes) rows.set(keyOf({ day, scope }), { scope, day, nano_usd: 0 });
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** Locked balances, and what becomes of them. */
class Balances {
  private readonly now: Map<string, number>;

  constructor(private readonly before: readonly Balance[]) {
    this.now = new Map(before.map((balance) => [keyOf(balance), balance.nano_usd]));
  }

  book({ day, scopes, nano }: Booking): OverBudget | null {
    const places = scopes.map((scope) => ({ ...scope, key: keyOf({ day, scope: scope.scope }) }));
    const over = nano < 0 ? undefined : places.find(({ key, limitUsd }) => this.of(key) + nano > nanoOf(limitUsd));
    if (over) return { scope: over.kind, limit: over.limitUsd, left: Math.max(0, nanoOf(over.limitUsd) - this.of(over.key)) / NANO };
    for (const { key } of places) this.now.set(key, Math.max(0, this.of(key) + nano));
    return null;
  }

  /** What is to be added, in the order in which they were locked. */
  changes(): readonly Balance[] {
    return this.before.map((balance) => ({ ...balance, nano_usd: this.of(keyOf(balance)) - balance.nano_usd })).filter(({ nano_usd: nano }) => nano !== 0);
  }

  private of(key: string): number {
    return this.now.get(key) ?? 0;
  }
}

const nanoOf = (usd: number): number => Math.round(usd * NANO);
