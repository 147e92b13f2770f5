import type { Kysely } from 'kysely';
import type { RoomWriter } from '../../rooms/room-writer.js';
import type { Schema } from '../../storage/schema.js';
import type { Trading } from '../trading.js';

export interface EquityPointsNeeds {
  readonly db: Kysely<Schema>;
  readonly writer: RoomWriter;
  readonly trading: Trading;
  readonly onError: (error: unknown) => void;
}

export interface EquityPoint {
  /** Market time, epoch milliseconds. */
  readonly at: number;
  readonly equity: number;
  readonly available: number;
  readonly unrealised: number;
}

const EVERY_MS = 60_000;

/** What accounts were worth: at most once a minute of market time, and at each fill; by the node that trades them. */
export class EquityPoints {
  /** Market time of the last one, by account. */
  readonly #last = new Map<string, number>();

  #stored: Promise<void> = Promise.resolve();

  constructor(private readonly needs: EquityPointsNeeds) {}

  start(): void {
    this.needs.trading.listen({
      account: (accountId) => this.#changed(accountId),
      filled: ({ accountId }) => this.#record(accountId, this.needs.trading.now()),
    });
  }

  /** What was recorded so far is stored: the writer keeps the order. */
  idle(): Promise<void> {
    return this.#stored;
  }

  /** The newest, oldest first. */
  async latest(accountId: string, limit: number): Promise<readonly EquityPoint[]> {
    const rows = await this.needs.db.selectFrom('equity_points').select(['at', 'equity', 'available', 'unrealised'])
      .where('account_id', '=', accountId).orderBy('at', 'desc').limit(limit).execute();
    return rows.reverse().map(({ at, equity, available, unrealised }) => ({ at, equity: Number(equity), available: Number(available), unrealised: Number(unrealised) }));
  }

  /** Market time of the newest; null before the first. */
  async newest(accountId: string): Promise<number | null> {
    const row = await this.needs.db.selectFrom('equity_points').select('at').where('account_id', '=', accountId).orderBy('at', 'desc').limit(1).executeTakeFirst();
    return row?.at ?? null;
  }

  #changed(accountId: string): void {
    const now = this.needs.trading.now();
    const last = this.#last.get(accountId);
    if (last === undefined || now < last || now - last >= EVERY_MS) this.#record(accountId, now); // earlier: a file began anew
  }

  /** A point is worth no retry, since the next one comes, and no wait: it goes with the next commit. */
  #record(accountId: string, at: number): void {
    const { trading, writer, onError } = this.needs;
    if (!trading.holds(accountId)) return;
    this.#last.set(accountId, at);
    const { totals: { equity, available, unrealised } } = trading.account(accountId);
    const values = { equity: equity.toString(), available: available.toString(), unrealised: unrealised.toString() };
    this.#stored = writer.sayLater({
      store: async (tx) => {
        await tx.insertInto('equity_points').values({ account_id: accountId, at, ...values })
          .onConflict((conflict) => conflict.columns(['account_id', 'at']).doUpdateSet(values)).execute();
      },
    }).then(() => undefined, onError);
  }
}
