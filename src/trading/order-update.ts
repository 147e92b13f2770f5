import { ZERO, type Decimal } from '../model/decimal.js';
import type { GroupOrder } from '../model/wire/groups.js';
import type { OrderChange } from './trading.js';

/** What a group hears of its order as `order_update`; money and quantities are JSON numbers. */
export type OrderUpdate = Omit<GroupOrder, 'group_id'>;

export function orderUpdate({ decision, order }: OrderChange): OrderUpdate {
  const { correlationId, symbol, intent, gate, price } = decision;
  const liquidated = isLiquidation({ decision, order });
  return {
    order_id: order?.orderId ?? null, correlation_id: correlationId, symbol, side: order?.side ?? intent?.side ?? null,
    quantity: (order?.quantity ?? intent?.quantity)?.toNumber() ?? 0, filled_quantity: filledOf({ decision, order }).toNumber(),
    average_price: (liquidated ? price : order?.averagePrice)?.toNumber() ?? null, status: statusOf({ decision, order }),
    ...(gate && { gate: { code: gate.code, detail: gate.detail } }),
  };
}

/** The same change, the same text, also after a crash: what was told under it need not be told again. */
export const orderUpdateKey = (change: Pick<OrderChange, 'decisionId' | 'decision' | 'order'>): string =>
  `order:${change.decisionId}:${statusOf(change)}:${filledOf(change).toString()}`;

/** Filled without an order. */
const isLiquidation = ({ decision, order }: Pick<OrderChange, 'decision' | 'order'>): boolean => !order && decision.status === 'filled';

const filledOf = (change: Pick<OrderChange, 'decision' | 'order'>): Decimal =>
  (isLiquidation(change) ? change.decision.intent?.quantity : change.order?.filledQuantity) ?? ZERO;

/** Of the order, once there is one; what is stored and not answered yet is `submitted`. */
function statusOf({ decision, order }: Pick<OrderChange, 'decision' | 'order'>): OrderUpdate['status'] {
  if (!order) return decision.status;
  return order.status === 'stored' || order.status === 'unknown' ? 'submitted' : order.status;
}
