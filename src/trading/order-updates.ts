import type { Kysely } from 'kysely';
import type { Schema } from '../storage/schema.js';
import { orderFrom } from './account-store.js';
import { changeOf } from './order-words.js';
import type { OrderChange } from './trading.js';

/** Every decision of groups that changed at or after this market time, as it is now, oldest first: for whoever was not told before a crash. */
export async function orderUpdatesSince(db: Kysely<Schema>, since: number): Promise<readonly OrderChange[]> {
  const rows = await db.selectFrom('decisions').selectAll('decisions').leftJoin('orders', 'orders.order_id', 'decisions.order_id')
    .where('decisions.origin', '=', 'group')
    // what a broker has accepted changes its order alone
    .where(({ or, eb }) => or([eb('decisions.updated_at', '>=', since), eb('orders.updated_at', '>=', since)]))
    .orderBy('decisions.updated_at').orderBy('decisions.decision_id').execute();
  const ids = rows.flatMap(({ order_id: id }) => id ?? []);
  const orders = new Map<string, ReturnType<typeof orderFrom>>();
  for (let at = 0; at < ids.length; at += 500) {
    const found = await db.selectFrom('orders').selectAll().where('order_id', 'in', ids.slice(at, at + 500)).execute();
    for (const row of found) orders.set(row.order_id, orderFrom(row));
  }
  return rows.map((row) => changeOf(row, row.order_id === null ? null : orders.get(row.order_id) ?? null));
}
