import type { Kysely, Transaction } from 'kysely';
import type { Leg } from '../../model/trading.js';
import type { GroupTradesTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import type { DecisionsTable, PositionsTable } from '../../storage/trading-schema.js';
import { KEPT_MS } from '../idempotency.js';
import type { TradeOutcome } from './trade-request.js';

/** The key is taken: nothing of the transaction stays. */
export class TradeTaken extends Error {}

const PAGE = 200;
const OPEN = ['stored', 'unknown', 'accepted', 'partially_filled'] as const;

/** Rows of `group_trades`, and what trading's rows say of them. */
export class TradeRows {
  constructor(private readonly db: Kysely<Schema>) {}

  async find(tradeId: string): Promise<GroupTradesTable | null> {
    return await this.db.selectFrom('group_trades').selectAll().where('trade_id', '=', tradeId).executeTakeFirst() ?? null;
  }

  /** What the key stands for, where it is not too old. */
  async underKey(groupId: string, key: string, now: number): Promise<GroupTradesTable | null> {
    return await this.db.selectFrom('group_trades').selectAll().where('group_id', '=', groupId).where('idempotency_key', '=', key)
      .where('created_at', '>', now - KEPT_MS).executeTakeFirst() ?? null;
  }

  /** Those of the same trace and payload that are not too old, newest first. */
  async alike(groupId: string, correlationId: string, payloadHash: string, now: number): Promise<readonly GroupTradesTable[]> {
    return this.db.selectFrom('group_trades').selectAll().where('correlation_id', '=', correlationId).where('group_id', '=', groupId).where('payload_hash', '=', payloadHash)
      .where('created_at', '>', now - KEPT_MS).orderBy('trade_id', 'desc').limit(PAGE).execute();
  }

  /** @throws TradeTaken where its key stands for another */
  async insert(tx: Transaction<Schema>, row: GroupTradesTable): Promise<void> {
    if (row.idempotency_key !== null) {
      await tx.updateTable('group_trades').set({ idempotency_key: null }).where('group_id', '=', row.group_id).where('idempotency_key', '=', row.idempotency_key)
        .where('created_at', '<=', row.created_at - KEPT_MS).execute();
    }
    const { numInsertedOrUpdatedRows: stored } = await tx.insertInto('group_trades').values(row)
      .onConflict((conflict) => conflict.columns(['group_id', 'idempotency_key']).doNothing()).executeTakeFirst();
    if (!stored) throw new TradeTaken(`The group ${row.group_id} has a trade ${row.idempotency_key}`);
  }

  async pendingAccounts(): Promise<readonly string[]> {
    const rows = await this.db.selectFrom('group_trades').select('account_id').distinct().where('status', '=', 'pending').execute();
    return rows.map(({ account_id: id }) => id);
  }

  /** Oldest first. */
  pendingOf(accountId: string): Promise<readonly GroupTradesTable[]> {
    return this.db.selectFrom('group_trades').selectAll().where('status', '=', 'pending').where('account_id', '=', accountId)
      .orderBy('created_at').orderBy('trade_id').limit(PAGE).execute();
  }

  async decide(tradeId: string, outcome: readonly TradeOutcome[]): Promise<void> {
    await this.db.updateTable('group_trades').set({ status: 'decided', outcome: JSON.stringify(outcome) }).where('trade_id', '=', tradeId).where('status', '=', 'pending').execute();
  }

  /** Ended without a decision since then (wall time): nobody but the row tells of it. */
  undecided(since: number): Promise<readonly GroupTradesTable[]> {
    return this.db.selectFrom('group_trades').selectAll().where('status', '=', 'decided').where('created_at', '>=', since)
      .where('outcome', 'like', '%"decision_id":null%').orderBy('trade_id').execute();
  }

  positions(accountId: string, symbol: string): Promise<readonly PositionsTable[]> {
    return this.db.selectFrom('positions').selectAll().where('account_id', '=', accountId).where('symbol', '=', symbol).orderBy('leg').execute();
  }

  /** Legs with a position or an order under way. */
  async busyLegs(accountId: string, symbol: string): Promise<readonly Leg[]> {
    const orders = await this.db.selectFrom('orders').select('leg').distinct().where('account_id', '=', accountId).where('symbol', '=', symbol).where('status', 'in', OPEN).execute();
    return [...await this.positions(accountId, symbol), ...orders].map(({ leg }) => leg);
  }

  decisions(accountId: string, keys: readonly string[]): Promise<readonly DecisionsTable[]> {
    return this.db.selectFrom('decisions').selectAll().where('account_id', '=', accountId).where('decision_key', 'in', [...keys]).execute();
  }

  /** Of those keys, what waits for a closing to fill. */
  async waiting(accountId: string, keys: readonly string[]): Promise<readonly string[]> {
    const rows = await this.db.selectFrom('waiting_openings').select('opening_key').where('account_id', '=', accountId).where('opening_key', 'in', [...keys]).execute();
    return rows.map(({ opening_key: key }) => key);
  }
}
