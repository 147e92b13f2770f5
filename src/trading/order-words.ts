import { decimal, ZERO, type Decimal } from '../model/decimal.js';
import { sideOf, sign, type Intent } from '../model/trading.js';
import type { DecisionsTable, DecisionStatus } from '../storage/trading-schema.js';
import { remaining, type Order } from './account.js';
import type { Ticket } from './brokers/broker.js';
import { intentFrom, intentText } from './intent-text.js';
import type { Proposal } from './proposal.js';
import type { Decision, OrderChange } from './trading.js';

export const ticketOf = (order: Order): Ticket => ({
  clientOrderId: order.orderId, symbol: order.symbol, leg: order.leg, side: order.side, quantity: order.quantity, orderType: order.orderType,
  limitPrice: order.limitPrice, stopPrice: order.stopPrice, trail: order.trail, timeInForce: order.timeInForce, reduceOnly: order.reduceOnly,
  leverage: order.leverage, pair: order.pair, at: order.at,
});

export const intentOf = (accountId: string, order: Order): Intent => ({
  accountId, symbol: order.symbol, leg: order.leg, side: order.side, quantity: order.quantity, orderType: order.orderType, limitPrice: order.limitPrice,
  stopPrice: order.stopPrice, trail: order.trail, timeInForce: order.timeInForce, reduceOnly: order.reduceOnly, leverage: order.leverage, exits: order.exits,
});

/** What was wanted and could not be sized, to be shown with its refusal. */
export const unsized = ({ accountId, symbol, leg, want, orderType, limitPrice, stopPrice, trail, timeInForce, leverage, exits }: Proposal): Intent => ({
  accountId, symbol, leg, side: sideOf(want.kind === 'target' ? want.direction : want.kind === 'open' ? sign(want.side) : -1), quantity: ZERO,
  orderType, limitPrice, stopPrice, trail, timeInForce, reduceOnly: want.kind === 'close', leverage, exits,
});

/** null: nothing new to say. */
export function decisionStatusOf({ status, filledQuantity }: Order): DecisionStatus | null {
  if (status === 'stored' || status === 'accepted' || status === 'unknown') return null;
  if (status === 'rejected' && filledQuantity.gt(0)) return 'partially_filled';
  return status;
}

export const fromRow = (row: DecisionsTable, proposal?: Proposal): Decision => ({
  decisionId: row.decision_id, proposal: proposal ?? null, intent: row.intent === null ? null : intentFrom(row.intent), status: row.status,
  gate: row.gate === null ? null : JSON.parse(row.gate) as Decision['gate'], orderId: row.order_id, approvalId: row.approval_id, duplicate: false,
});

export const changeOf = (row: DecisionsTable, order: Order | null): OrderChange => {
  const { intent, gate } = fromRow(row);
  return {
    accountId: row.account_id, decisionId: row.decision_id, order, at: order ? Math.max(order.updatedAt, row.updated_at) : row.updated_at,
    decision: {
      decisionId: row.decision_id, key: row.decision_key, origin: row.origin, originId: row.origin_id, correlationId: row.correlation_id, symbol: row.symbol,
      status: row.status, gate, intent, price: row.price === null ? null : decimal(row.price), reason: row.reason,
    },
  };
};

export const asBefore = (row: DecisionsTable, proposal: Proposal): Decision => ({ ...fromRow(row, proposal), duplicate: true });

export const nothing = (proposal: Proposal): Omit<Decision, 'decisionId'> => ({ proposal, intent: null, status: null, gate: null, orderId: null, approvalId: null, duplicate: false });

export const sumOf = (orders: readonly Order[], times: (order: Order) => number): Decimal => orders.reduce((sum, order) => sum.plus(remaining(order).times(times(order))), ZERO);

/** One of those that are alike is the one that is looked at. */
export function without(waiting: readonly Intent[], except: Intent | null): readonly Intent[] {
  if (!except) return waiting;
  const text = intentText(except);
  const at = waiting.findIndex((each) => intentText(each) === text);
  return at < 0 ? waiting : waiting.toSpliced(at, 1);
}
