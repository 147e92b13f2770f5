import type { Intent, Side } from '../model/trading.js';
import type { NewMessage } from '../rooms/message.js';
import { symbolRoom } from '../rooms/names.js';
import type { DecisionsTable, DecisionStatus } from '../storage/trading-schema.js';
import { intentFrom } from './intent-text.js';

/** `intent` of `trading_decision`. */
export interface IntentOnWire {
  readonly side: Side;
  readonly quantity: number;
  readonly order_type: string;
  readonly limit_price?: number;
  readonly stop_price?: number;
  readonly reduce_only: boolean;
  readonly leverage: number;
  readonly target_price?: number;
  readonly stop_loss?: number;
}

export const intentOnWire = (intent: Pick<Intent, 'side' | 'quantity' | 'orderType' | 'limitPrice' | 'stopPrice' | 'reduceOnly' | 'leverage' | 'exits'>): IntentOnWire => ({
  side: intent.side, quantity: intent.quantity.toNumber(), order_type: intent.orderType,
  ...(intent.limitPrice && { limit_price: intent.limitPrice.toNumber() }),
  ...(intent.stopPrice && { stop_price: intent.stopPrice.toNumber() }),
  reduce_only: intent.reduceOnly, leverage: intent.leverage,
  ...(intent.exits?.target && { target_price: intent.exits.target.toNumber() }),
  ...(intent.exits?.stop && { stop_loss: intent.exits.stop.toNumber() }),
});

/** What a decision's row says on the wire. */
export interface DecisionOnWire {
  readonly decision_id: string;
  readonly signal_id?: string;
  readonly symbol: string;
  readonly account_id: string;
  readonly intent: IntentOnWire | null;
  readonly status: DecisionStatus;
  readonly gate?: { readonly code: string; readonly detail: string };
  readonly order_id?: string;
  readonly approval_id?: string;
  readonly filled_quantity?: number;
  readonly average_price?: number;
  readonly origin: string;
  readonly origin_id: string;
  readonly correlation_id?: string;
  readonly confidence: number | null;
  readonly reason: string;
  /** Market time of this status. */
  readonly timestamp: string;
}

export const decisionOnWire = (row: DecisionsTable): DecisionOnWire => ({
  decision_id: row.decision_id,
  ...(row.signal_id !== null && { signal_id: row.signal_id }),
  symbol: row.symbol, account_id: row.account_id,
  intent: row.intent === null ? null : intentOnWire(intentFrom(row.intent)),
  status: row.status,
  ...(row.gate !== null && { gate: JSON.parse(row.gate) as { code: string; detail: string } }),
  ...(row.order_id !== null && { order_id: row.order_id }),
  ...(row.approval_id !== null && { approval_id: row.approval_id }),
  origin: row.origin, origin_id: row.origin_id,
  ...(row.correlation_id !== null && { correlation_id: row.correlation_id }),
  confidence: row.confidence, reason: row.reason,
  timestamp: new Date(row.updated_at).toISOString(),
});

/** `trading_decision`, in its symbol's room; once for each status and filled quantity. */
export const decisionMessage = (row: DecisionsTable, filled?: { readonly quantity: number; readonly price: number }): NewMessage => ({
  room: symbolRoom(row.symbol),
  messageId: `decision:${row.decision_id}:${row.status}${filled ? `:${filled.quantity}` : ''}`,
  type: 'trading_decision',
  body: JSON.stringify({ ...decisionOnWire(row), ...(filled && { filled_quantity: filled.quantity, average_price: filled.price }) }),
  marketTime: row.updated_at,
});
