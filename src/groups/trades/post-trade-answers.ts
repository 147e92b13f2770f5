import type { CodedError } from '../../model/codes.js';
import type { GroupTradesTable } from '../../storage/groups-schema.js';
import type { Answer } from '../answer.js';
import type { TradeOutcome } from './trade-request.js';

/** Where a gate refused it, `ok` stays true: it was taken and stored, and `gate` says why there is no order. */
export function accepted(row: GroupTradesTable, outcomes: readonly TradeOutcome[], duplicate: boolean): Answer {
  const first = outcomes.find(({ order_id: id }) => id !== null) ?? outcomes[0];
  return {
    ...head(row, first?.order_id ?? null, first?.decision_id ?? null, first?.status ?? 'pending', duplicate), ...(first?.gate && { gate: first.gate }),
    ...(outcomes.length > 1 && { orders: outcomes.map(({ leg, gate, ...each }) => ({ position_side: leg, ...each, ...(gate && { gate }) })) }),
  };
}

/** It is stored, and nobody has decided it yet. */
export const pending = (row: GroupTradesTable, duplicate: boolean): Answer => ({
  ...head(row, null, null, 'pending', duplicate), detail: [{ path: '', message: 'It is stored and will be executed once its account is traded; order_update says what becomes of it' }],
});

const head = (row: GroupTradesTable, orderId: string | null, decisionId: string | null, status: string, duplicate: boolean): Answer => ({
  ok: true, message: 'accepted', id: row.trade_id, order_id: orderId, decision_id: decisionId, status, correlation_id: row.correlation_id, ...(duplicate && { duplicate: true }),
});

/** Nothing was stored. */
export const refused = (error: CodedError, correlationId: string | null): Answer => ({
  ok: false, message: error.code, retryable: error.row.retryable, detail: error.details.length > 0 ? error.details : [{ path: '', message: error.message }],
  ...(correlationId !== null && { correlation_id: correlationId }), ...error.extra,
});
