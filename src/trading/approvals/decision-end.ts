import type { Decision } from '../trading.js';
import type { Approval } from './approval.js';

export interface DecisionEnd {
  readonly status: 'rejected' | 'expired';
  readonly gate: NonNullable<Decision['gate']>;
}

/** What its decision comes to with it; null: it goes on, or has gone on. */
export function decisionEndOf({ status, note, decidedBy, price, maxDrift, expiresAt }: Approval): DecisionEnd | null {
  if (status === 'rejected') return { status, gate: { code: 'REJECTED', detail: `Rejected by ${decidedBy}${note ? `: ${note}` : ''}`, numbers: {} } };
  if (status === 'expired') return { status, gate: { code: 'EXPIRED', detail: `Not enough had agreed by ${new Date(expiresAt).toISOString()}`, numbers: { expires_at: expiresAt } } };
  if (status !== 'drifted') return null;
  return { status: 'expired', gate: { code: 'PRICE_DRIFTED', detail: `The price moved too far from the ${price.toFixed()} that was shown`, numbers: { price: price.toNumber(), max_drift: maxDrift } } };
}
