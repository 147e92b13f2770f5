import type { Kysely } from 'kysely';
import { decimal } from '../../model/decimal.js';
import type { Schema } from '../../storage/schema.js';
import type { FilledOrder } from '../trading.js';

const MOST = 100;

/** The newest fills of an account since a market time, oldest first, as they were told. What realised something was reducing. */
export async function fillsSince(db: Kysely<Schema>, accountId: string, since: number): Promise<readonly FilledOrder[]> {
  const rows = await db.selectFrom('fills').leftJoin('orders', 'orders.order_id', 'fills.order_id').selectAll('fills').select(['orders.status', 'orders.reduce_only'])
    .where('fills.account_id', '=', accountId).where('fills.at', '>=', since).orderBy('fills.at', 'desc').orderBy('fills.execution_id', 'desc').limit(MOST).execute();
  return rows.reverse().map((row) => {
    const realised = decimal(row.realised);
    const liquidation = row.liquidation === 1;
    return {
      accountId, decisionId: row.decision_id, orderId: row.order_id, status: row.status, realised, reducing: row.reduce_only === 1 || liquidation || !realised.isZero(),
      execution: {
        executionId: row.execution_id, clientOrderId: row.order_id, symbol: row.symbol, leg: row.leg, side: row.side, quantity: decimal(row.quantity), price: decimal(row.price),
        fee: decimal(row.fee), leverage: row.leverage, at: row.at, liquidation,
      },
    };
  });
}
