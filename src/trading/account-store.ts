import type { Insertable, Kysely, Transaction } from 'kysely';
import { decimal } from '../model/decimal.js';
import type { AccountEntry, Execution } from '../model/trading.js';
import type { Schema } from '../storage/schema.js';
import type { AccountsTable, DecisionsTable, OrdersTable, PositionsTable } from '../storage/trading-schema.js';
import { Account, exitsFrom, exitsText, planKey, type Order, type OrderRole, type Plan } from './account.js';
import { Book, historyOf, withHistory, type StoredPosition } from './portfolio/book.js';
import type { TradeEnd } from './trading.js';

type Tx = Transaction<Schema>;

export interface LoadedAccount {
  readonly account: Account;
  /** The broker's executions up to this market time are in. */
  readonly settledUntil: number;
}

/** Accounts of one query. */
const PAGE = 500;
const OPEN = ['stored', 'unknown', 'accepted', 'partially_filled'] as const;

/** The rows of accounts: what `Account` has in memory, and what has ended. */
export class AccountStore {
  constructor(private readonly db: Kysely<Schema>) {}

  /** null: there is no such account yet. */
  async load(accountId: string): Promise<LoadedAccount | null> {
    return (await this.loadAll([accountId])).get(accountId) ?? null;
  }

  /** Those that there are. */
  async loadAll(accountIds: readonly string[]): Promise<ReadonlyMap<string, LoadedAccount>> {
    const loaded = new Map<string, LoadedAccount>();
    for (let at = 0; at < accountIds.length; at += PAGE) {
      const ids = accountIds.slice(at, at + PAGE);
      const rows = await this.db.selectFrom('accounts').selectAll().where('account_id', 'in', ids).execute();
      const positions = byAccount(await this.db.selectFrom('positions').selectAll().where('account_id', 'in', ids).orderBy('symbol').orderBy('leg').execute());
      const orders = byAccount(await this.db.selectFrom('orders').selectAll().where('account_id', 'in', ids).where('status', 'in', OPEN).orderBy('at').orderBy('order_id').execute());
      for (const row of rows) loaded.set(row.account_id, loadedFrom(row, positions.get(row.account_id) ?? [], orders.get(row.account_id) ?? []));
    }
    return loaded;
  }

  /** Writes what changes with money and time. `settledUntil`: the broker's executions up to there are in. */
  async putAccount(tx: Tx, account: Account, broker: string, settledUntil: number): Promise<void> {
    const changing = {
      broker, mode: account.mode, currency: account.currency, wallet: account.book.wallet.toString(), peak_equity: account.peakEquity.toString(),
      day: account.day, day_start_equity: account.dayStartEquity.toString(), settled_until: settledUntil,
    };
    await tx.insertInto('accounts').values({ account_id: account.id, initial: account.initial.toString(), ...changing })
      .onConflict((conflict) => conflict.column('account_id').doUpdateSet(changing)).execute();
  }

  async putOrder(tx: Tx, accountId: string, order: Order): Promise<void> {
    const row = orderRow(accountId, order);
    await tx.insertInto('orders').values(row).onConflict((conflict) => conflict.column('order_id').doUpdateSet(row)).execute();
  }

  async order(orderId: string): Promise<Order | null> {
    const row = await this.db.selectFrom('orders').selectAll().where('order_id', '=', orderId).executeTakeFirst();
    return row ? orderFrom(row) : null;
  }

  /** As the book has them now. */
  async putPositions(tx: Tx, account: Account, symbols: readonly string[]): Promise<void> {
    if (symbols.length === 0) return;
    await tx.deleteFrom('positions').where('account_id', '=', account.id).where('symbol', 'in', symbols).execute();
    const rows = account.book.positions().filter(({ symbol }) => symbols.includes(symbol)).map((position) => {
      const plan = account.plans.get(planKey(position.symbol, position.leg));
      return {
        account_id: account.id, symbol: position.symbol, leg: position.leg, side: position.side, quantity: position.quantity.toString(),
        entry_price: position.entryPrice.toString(), leverage: position.leverage, opened_at: position.openedAt,
        history: JSON.stringify(historyOf(position)), plan: plan ? planText(plan) : null,
      };
    });
    if (rows.length > 0) await tx.insertInto('positions').values(rows).execute();
  }

  async insertFill(tx: Tx, accountId: string, execution: Execution, of: { readonly orderId: string | null; readonly decisionId: string | null }, realised: string): Promise<void> {
    await tx.insertInto('fills').values({
      account_id: accountId, execution_id: execution.executionId, order_id: of.orderId, decision_id: of.decisionId,
      symbol: execution.symbol, leg: execution.leg, side: execution.side, quantity: execution.quantity.toString(), price: execution.price.toString(),
      fee: execution.fee.toString(), realised, leverage: execution.leverage, liquidation: execution.liquidation ? 1 : 0, at: execution.at,
    }).onConflict((conflict) => conflict.columns(['account_id', 'execution_id']).doNothing()).execute();
  }

  async hasFill(accountId: string, executionId: string): Promise<boolean> {
    const row = await this.db.selectFrom('fills').select('execution_id').where('account_id', '=', accountId).where('execution_id', '=', executionId).executeTakeFirst();
    return row !== undefined;
  }

  async hasEntry(accountId: string, entryId: string): Promise<boolean> {
    const row = await this.db.selectFrom('account_entries').select('entry_id').where('account_id', '=', accountId).where('entry_id', '=', entryId).executeTakeFirst();
    return row !== undefined;
  }

  async insertEntry(tx: Tx, accountId: string, { entryId, kind, amount, symbol, at }: AccountEntry): Promise<void> {
    await tx.insertInto('account_entries').values({ account_id: accountId, entry_id: entryId, kind, amount: amount.toString(), symbol, at })
      .onConflict((conflict) => conflict.columns(['account_id', 'entry_id']).doNothing()).execute();
  }

  async insertTrade(tx: Tx, { tradeId, accountId, trade, openedBy, closedBy }: TradeEnd): Promise<void> {
    await tx.insertInto('closed_trades').values({
      trade_id: tradeId, account_id: accountId, symbol: trade.symbol, leg: trade.leg, side: trade.side, quantity: trade.quantity.toString(),
      entry_price: trade.entryPrice.toString(), exit_price: trade.exitPrice.toString(), pnl: trade.pnl.toString(), fees: trade.fees.toString(),
      leverage: trade.leverage, opened_at: trade.openedAt, closed_at: trade.closedAt, liquidated: trade.liquidated ? 1 : 0, opened_by: openedBy, closed_by: closedBy,
    }).onConflict((conflict) => conflict.column('trade_id').doNothing()).execute();
  }

  async insertDecision(tx: Tx, row: Insertable<DecisionsTable>): Promise<void> {
    await tx.insertInto('decisions').values(row).onConflict((conflict) => conflict.columns(['account_id', 'decision_key']).doNothing()).execute();
  }

  /** As it is now, there before or not. */
  async putDecision(tx: Tx, row: DecisionsTable): Promise<void> {
    await this.insertDecision(tx, row);
    await this.updateDecision(tx, row.decision_id, { status: row.status, gate: row.gate, order_id: row.order_id, approval_id: row.approval_id, intent: row.intent, updated_at: row.updated_at });
  }

  async updateDecision(tx: Tx, decisionId: string, change: Partial<DecisionsTable>): Promise<void> {
    await tx.updateTable('decisions').set(change).where('decision_id', '=', decisionId).execute();
  }

  async decisionByKey(accountId: string, key: string): Promise<DecisionsTable | null> {
    const row = await this.db.selectFrom('decisions').selectAll().where('account_id', '=', accountId).where('decision_key', '=', key).executeTakeFirst();
    return row ?? null;
  }

  async decision(decisionId: string): Promise<DecisionsTable | null> {
    const row = await this.db.selectFrom('decisions').selectAll().where('decision_id', '=', decisionId).executeTakeFirst();
    return row ?? null;
  }

  /** Fills of the last days, oldest first, for the day-trade rule. */
  async fillsSince(accountId: string, since: number): Promise<readonly { symbol: string; side: 'buy' | 'sell'; quantity: string; at: number }[]> {
    return this.db.selectFrom('fills').select(['symbol', 'side', 'quantity', 'at']).where('account_id', '=', accountId).where('at', '>=', since)
      .orderBy('at').orderBy('execution_id').execute();
  }
}

function byAccount<T extends { readonly account_id: string }>(rows: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const grouped = new Map<string, T[]>();
  for (const row of rows) {
    const those = grouped.get(row.account_id);
    if (those) those.push(row);
    else grouped.set(row.account_id, [row]);
  }
  return grouped;
}

function loadedFrom(row: AccountsTable, positions: readonly PositionsTable[], orders: readonly OrdersTable[]): LoadedAccount {
  const book = new Book(row.mode, decimal(row.wallet), positions.map((each) => withHistory({
    symbol: each.symbol, leg: each.leg, side: each.side, quantity: decimal(each.quantity), entryPrice: decimal(each.entry_price), leverage: each.leverage, openedAt: each.opened_at,
  }, JSON.parse(each.history) as StoredPosition)));
  const account = new Account(row.account_id, row.mode, row.currency, decimal(row.initial), book);
  [account.peakEquity, account.day, account.dayStartEquity] = [decimal(row.peak_equity), row.day, decimal(row.day_start_equity)];
  for (const { symbol, leg, plan } of positions) if (plan) account.plans.set(planKey(symbol, leg), planFrom(plan));
  for (const order of orders) account.put(orderFrom(order));
  return { account, settledUntil: row.settled_until };
}

const orderRow = (accountId: string, order: Order): OrdersTable => ({
  order_id: order.orderId, decision_id: order.decisionId, account_id: accountId, symbol: order.symbol, leg: order.leg, side: order.side,
  quantity: order.quantity.toString(), order_type: order.orderType, limit_price: order.limitPrice?.toString() ?? null, stop_price: order.stopPrice?.toString() ?? null,
  trail: order.trail?.toString() ?? null, time_in_force: order.timeInForce, reduce_only: order.reduceOnly ? 1 : 0, leverage: order.leverage, role: order.role,
  pair: order.pair, status: order.status, broker_order_id: order.brokerOrderId, filled_quantity: order.filledQuantity.toString(),
  average_price: order.averagePrice?.toString() ?? null, fees: order.fees.toString(), reason: order.reason, exits: exitsText(order.exits),
  expires_at: order.exitAt, at: order.at, updated_at: order.updatedAt,
});

export const orderFrom = (row: OrdersTable): Order => ({
  orderId: row.order_id, decisionId: row.decision_id, symbol: row.symbol, leg: row.leg, side: row.side, quantity: decimal(row.quantity), orderType: row.order_type,
  limitPrice: row.limit_price === null ? null : decimal(row.limit_price), stopPrice: row.stop_price === null ? null : decimal(row.stop_price),
  trail: row.trail === null ? null : decimal(row.trail), timeInForce: row.time_in_force, reduceOnly: row.reduce_only === 1, leverage: row.leverage,
  role: row.role as OrderRole, pair: row.pair, status: row.status, brokerOrderId: row.broker_order_id, filledQuantity: decimal(row.filled_quantity),
  averagePrice: row.average_price === null ? null : decimal(row.average_price), fees: decimal(row.fees), reason: row.reason, exits: exitsFrom(row.exits),
  exitAt: row.expires_at, at: row.at, updatedAt: row.updated_at,
});

const planText = (plan: Plan): string => JSON.stringify({ ...plan, exits: exitsText(plan.exits) });

function planFrom(text: string): Plan {
  const { exits, ...plan } = JSON.parse(text) as Omit<Plan, 'exits'> & { exits: string | null };
  return { ...plan, exits: exitsFrom(exits) };
}
