import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '../../storage/schema.js';
import type { ApprovalStatus, DecisionStatus } from '../../storage/trading-schema.js';
import type { Decision } from '../trading.js';
import { fromRow, toRow, type Approval } from './approval.js';

export interface ApprovalFilter {
  readonly status?: ApprovalStatus | undefined;
  readonly accountId?: string | undefined;
  readonly symbol?: string | undefined;
}

/** Somebody else has changed it since it was read: read it again. */
export class Outrun extends Error {
  constructor(approvalId: string) {
    super(`The approval ${approvalId} has changed since it was read`);
    this.name = 'Outrun';
  }
}

/** Rows of `approvals`. */
export class ApprovalStore {
  constructor(private readonly db: Kysely<Schema>) {}

  async insert(tx: Transaction<Schema>, approval: Approval): Promise<void> {
    await tx.insertInto('approvals').values(toRow(approval)).onConflict((conflict) => conflict.column('approval_id').doNothing()).execute();
  }

  /** The version that follows the one which was seen. Bears being run again. @throws Outrun */
  async advance(tx: Transaction<Schema>, next: Approval): Promise<void> {
    const { approval_id: id, ...row } = toRow(next);
    const { numUpdatedRows } = await tx.updateTable('approvals').set(row).where('approval_id', '=', id).where('version', '=', next.version - 1).executeTakeFirstOrThrow();
    if (numUpdatedRows === 1n) return;
    const there = await tx.selectFrom('approvals').selectAll().where('approval_id', '=', id).executeTakeFirst();
    const mine = there && there.version === row.version && there.status === row.status && there.given === row.given && there.hash === row.hash && there.decided_by === row.decided_by;
    if (!mine) throw new Outrun(id);
  }

  async find(approvalId: string): Promise<Approval | null> {
    const row = await this.db.selectFrom('approvals').selectAll().where('approval_id', '=', approvalId).executeTakeFirst();
    return row ? fromRow(row) : null;
  }

  /** Newest first, below `before`. */
  async list({ status, accountId, symbol }: ApprovalFilter, limit: number, before: string | null): Promise<readonly Approval[]> {
    let query = this.db.selectFrom('approvals').selectAll().orderBy('approval_id', 'desc').limit(limit);
    if (status !== undefined) query = query.where('status', '=', status);
    if (accountId !== undefined) query = query.where('account_id', '=', accountId);
    if (symbol !== undefined) query = query.where('symbol', '=', symbol);
    if (before !== null) query = query.where('approval_id', '<', before);
    return (await query.execute()).map(fromRow);
  }

  /** What waits for a person, or to be executed; oldest first. */
  async open(): Promise<readonly Approval[]> {
    const rows = await this.db.selectFrom('approvals').selectAll().where('status', 'in', ['waiting', 'approved']).orderBy('approval_id').execute();
    return rows.map(fromRow);
  }

  /** What became of the decision that it is about; null: there is none. */
  async decision(decisionId: string): Promise<{ readonly status: DecisionStatus; readonly gate: Decision['gate'] } | null> {
    const row = await this.db.selectFrom('decisions').select(['status', 'gate']).where('decision_id', '=', decisionId).executeTakeFirst();
    return row ? { status: row.status, gate: row.gate === null ? null : JSON.parse(row.gate) as Decision['gate'] } : null;
  }
}
