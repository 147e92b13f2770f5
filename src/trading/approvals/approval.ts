import { decimal, type Decimal } from '../../model/decimal.js';
import type { Intent } from '../../model/trading.js';
import type { NewMessage } from '../../rooms/message.js';
import type { ApprovalsTable, ApprovalStatus } from '../../storage/trading-schema.js';
import { intentOnWire } from '../decision-message.js';
import { intentFrom, intentText } from '../intent-text.js';

const APPROVALS_ROOM = 'approvals';

/** Times are market time in epoch milliseconds. */
export interface Given {
  readonly by: string;
  readonly at: number;
}

export interface Approval {
  readonly approvalId: string;
  readonly decisionId: string;
  readonly accountId: string;
  readonly symbol: string;
  readonly intent: Intent;
  /** Of what is shown; an edit makes another. */
  readonly hash: string;
  /** That is shown with it. */
  readonly price: Decimal;
  /** Share of `price`. */
  readonly maxDrift: number;
  readonly askedAt: number;
  readonly expiresAt: number;
  readonly needed: number;
  readonly given: readonly Given[];
  readonly status: ApprovalStatus;
  readonly note: string | null;
  readonly decidedBy: string | null;
  readonly updatedAt: number;
  readonly version: number;
}

export const toRow = (approval: Approval): ApprovalsTable => ({
  approval_id: approval.approvalId, decision_id: approval.decisionId, account_id: approval.accountId, symbol: approval.symbol,
  intent: intentText(approval.intent), hash: approval.hash, price: approval.price.toFixed(), max_drift: approval.maxDrift, asked_at: approval.askedAt,
  expires_at: approval.expiresAt, needed: approval.needed, given: JSON.stringify(approval.given), status: approval.status, note: approval.note,
  decided_by: approval.decidedBy, updated_at: approval.updatedAt, version: approval.version,
});

export const fromRow = (row: ApprovalsTable): Approval => ({
  approvalId: row.approval_id, decisionId: row.decision_id, accountId: row.account_id, symbol: row.symbol, intent: intentFrom(row.intent), hash: row.hash,
  price: decimal(row.price), maxDrift: row.max_drift, askedAt: row.asked_at, expiresAt: row.expires_at, needed: row.needed,
  given: JSON.parse(row.given) as Given[], status: row.status, note: row.note, decidedBy: row.decided_by, updatedAt: row.updated_at, version: row.version,
});

const iso = (at: number): string => new Date(at).toISOString();

/** Data of `approval_update`; of the intent also what `trading_decision` leaves out, for the hash binds all of it. */
export const approvalOnWire = (approval: Approval): Record<string, unknown> => ({
  approval_id: approval.approvalId, decision_id: approval.decisionId, account_id: approval.accountId, symbol: approval.symbol,
  intent: {
    ...intentOnWire(approval.intent), time_in_force: approval.intent.timeInForce, position_side: approval.intent.leg,
    ...(approval.intent.trail && { trail: approval.intent.trail.toNumber() }),
  },
  hash: approval.hash, price: approval.price.toNumber(), max_drift: approval.maxDrift, expires_at: iso(approval.expiresAt), needed: approval.needed,
  given: approval.given.length, given_by: approval.given.map(({ by, at }) => ({ by, at: iso(at) })), status: approval.status, ...(approval.note !== null && { note: approval.note }),
});

/** One for each version. */
export const approvalMessage = (approval: Approval): NewMessage => ({
  room: APPROVALS_ROOM, messageId: `approval:${approval.approvalId}:${approval.version}`, type: 'approval_update',
  body: JSON.stringify(approvalOnWire(approval)), marketTime: approval.updatedAt,
});
