import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '../../storage/schema.js';
import type { Alert } from './alert.js';
import type { When } from './condition.js';

/** Rows of one insert. */
const CHUNK = 500;

/** The rows of `alerts` and `alert_prices`. What writes takes the transaction in which it belongs. */
export class AlertStore {
  constructor(private readonly db: Kysely<Schema>) {}

  /** Oldest first. */
  async all(): Promise<readonly Alert[]> {
    const rows = await this.db.selectFrom('alerts').selectAll().orderBy('created_at').orderBy('alert_id').execute();
    return rows.map((row) => ({
      alertId: row.alert_id, owner: row.owner, symbol: row.symbol, when: JSON.parse(row.condition) as When,
      once: row.once === 1, createdAt: row.created_at,
    }));
  }

  /** By symbol, the price that alerts were compared with last. */
  async prices(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.db.selectFrom('alert_prices').selectAll().execute();
    return new Map(rows.map(({ symbol, price }) => [symbol, price]));
  }

  async add(tx: Transaction<Schema>, { alertId, owner, symbol, when, once, createdAt }: Alert): Promise<void> {
    await tx.insertInto('alerts')
      .values({ alert_id: alertId, owner, symbol, condition: JSON.stringify(when), once: once ? 1 : 0, created_at: createdAt })
      .onConflict((conflict) => conflict.column('alert_id').doNothing()).execute();
  }

  async remove(tx: Transaction<Schema>, alertIds: readonly string[]): Promise<void> {
    if (alertIds.length > 0) await tx.deleteFrom('alerts').where('alert_id', 'in', alertIds).execute();
  }

  async compared(tx: Transaction<Schema>, prices: ReadonlyMap<string, number>): Promise<void> {
    const rows = [...prices].map(([symbol, price]) => ({ symbol, price }));
    for (let at = 0; at < rows.length; at += CHUNK) {
      await tx.insertInto('alert_prices').values(rows.slice(at, at + CHUNK))
        .onConflict((conflict) => conflict.column('symbol').doUpdateSet(({ ref }) => ({ price: ref('excluded.price') }))).execute();
    }
  }
}
