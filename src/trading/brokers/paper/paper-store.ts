import type { Kysely, Transaction } from 'kysely';
import { decimal } from '../../../model/decimal.js';
import type { AccountEntry, AccountMode, Execution } from '../../../model/trading.js';
import type { Schema } from '../../../storage/schema.js';
import { Book, historyOf, withHistory, type StoredPosition } from '../../portfolio/book.js';
import type { BrokerOrder, Ticket } from '../broker.js';
import type { Working } from './matching.js';

/** An order as the paper broker has it. */
export interface PaperOrder extends BrokerOrder {
  readonly ticket: Ticket;
  readonly working: Working;
  /** Executions so far: the next one's number. */
  readonly fills: number;
}

/** What happened at one moment: stored in one transaction, told afterwards. */
export interface Happened {
  readonly orders: Map<string, PaperOrder>;
  readonly executions: Execution[];
  readonly entries: AccountEntry[];
  readonly symbols: Set<string>;
}

type Row = Readonly<Record<string, unknown>>;
const MONEY: ReadonlySet<string> = new Set(['quantity', 'limitPrice', 'stopPrice', 'trail', 'price', 'fee']);

/** The paper broker's own tables. */
export class PaperStore {
  constructor(private readonly db: Kysely<Schema>, private readonly accountId: string) {}

  async load(mode: AccountMode): Promise<{ readonly book: Book; readonly at: number; readonly orders: readonly PaperOrder[] } | null> {
    const account = await this.db.selectFrom('paper_accounts').selectAll().where('account_id', '=', this.accountId).executeTakeFirst();
    if (!account) return null;
    const positions = await this.db.selectFrom('paper_positions').selectAll().where('account_id', '=', this.accountId).orderBy('symbol').orderBy('leg').execute();
    const orders = await this.db.selectFrom('paper_orders').selectAll().where('account_id', '=', this.accountId).where('status', 'in', ['accepted', 'partially_filled'])
      .orderBy('at').orderBy('client_order_id').execute();
    const book = new Book(mode, decimal(account.wallet), positions.map((each) => withHistory({
      symbol: each.symbol, leg: each.leg, side: each.side, quantity: decimal(each.quantity), entryPrice: decimal(each.entry_price), leverage: each.leverage, openedAt: each.opened_at,
    }, JSON.parse(each.history) as StoredPosition)));
    return { book, at: account.at, orders: orders.map(orderFrom) };
  }

  async open(mode: AccountMode, deposit: AccountEntry): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      await tx.insertInto('paper_accounts').values({ account_id: this.accountId, mode, wallet: deposit.amount.toString(), at: deposit.at }).execute();
    });
  }

  async find(clientOrderId: string): Promise<PaperOrder | null> {
    const row = await this.db.selectFrom('paper_orders').selectAll().where('account_id', '=', this.accountId).where('client_order_id', '=', clientOrderId).executeTakeFirst();
    return row ? orderFrom(row) : null;
  }

  async commit({ orders, executions, entries, symbols }: Happened, book: Book, at: number): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      for (const order of orders.values()) await this.putOrder(tx, order);
      if (executions.length > 0) {
        await tx.insertInto('paper_executions').values(executions.map((execution) => ({
          account_id: this.accountId, execution_id: execution.executionId, client_order_id: execution.clientOrderId, body: JSON.stringify(execution), at: execution.at,
        }))).execute();
      }
      if (entries.length > 0) {
        await tx.insertInto('paper_entries').values(entries.map(({ entryId, kind, amount, symbol, at: when }) => ({
          account_id: this.accountId, entry_id: entryId, kind, amount: amount.toString(), symbol, at: when,
        }))).execute();
      }
      await this.putPositions(tx, book, [...symbols]);
      await tx.updateTable('paper_accounts').set({ wallet: book.wallet.toString(), at }).where('account_id', '=', this.accountId).execute();
    });
  }

  async executions(since: number): Promise<readonly Execution[]> {
    const rows = await this.db.selectFrom('paper_executions').select('body').where('account_id', '=', this.accountId).where('at', '>=', since)
      .orderBy('at').orderBy('execution_id').execute();
    return rows.map(({ body }) => revived(JSON.parse(body) as Row) as unknown as Execution);
  }

  async entries(since: number): Promise<readonly AccountEntry[]> {
    const rows = await this.db.selectFrom('paper_entries').selectAll().where('account_id', '=', this.accountId).where('at', '>=', since).orderBy('at').orderBy('entry_id').execute();
    return rows.map(({ entry_id: entryId, kind, amount, symbol, at }) => ({ entryId, kind, amount: decimal(amount), symbol, at }));
  }

  private async putOrder(tx: Transaction<Schema>, order: PaperOrder): Promise<void> {
    const changing = {
      broker_order_id: order.brokerOrderId, status: order.status, ticket: JSON.stringify(order.ticket), filled_quantity: order.filledQuantity.toString(),
      average_price: order.averagePrice?.toString() ?? null, reason: order.reason, state: JSON.stringify({ ...order.working, fills: order.fills }), at: order.at,
    };
    await tx.insertInto('paper_orders').values({ account_id: this.accountId, client_order_id: order.clientOrderId, ...changing })
      .onConflict((conflict) => conflict.columns(['account_id', 'client_order_id']).doUpdateSet(changing)).execute();
  }

  private async putPositions(tx: Transaction<Schema>, book: Book, symbols: readonly string[]): Promise<void> {
    if (symbols.length === 0) return;
    await tx.deleteFrom('paper_positions').where('account_id', '=', this.accountId).where('symbol', 'in', symbols).execute();
    const rows = book.positions().filter(({ symbol }) => symbols.includes(symbol)).map((position) => ({
      account_id: this.accountId, symbol: position.symbol, leg: position.leg, side: position.side, quantity: position.quantity.toString(),
      entry_price: position.entryPrice.toString(), leverage: position.leverage, opened_at: position.openedAt, history: JSON.stringify(historyOf(position)),
    }));
    if (rows.length > 0) await tx.insertInto('paper_positions').values(rows).execute();
  }
}

function orderFrom(row: { client_order_id: string; broker_order_id: string; status: string; ticket: string; filled_quantity: string; average_price: string | null; reason: string | null; state: string; at: number }): PaperOrder {
  const { fills, ...working } = JSON.parse(row.state) as Working & { fills: number };
  return {
    clientOrderId: row.client_order_id, brokerOrderId: row.broker_order_id, status: row.status as PaperOrder['status'], filledQuantity: decimal(row.filled_quantity),
    averagePrice: row.average_price === null ? null : decimal(row.average_price), reason: row.reason, at: row.at, working, fills,
    ticket: revived(JSON.parse(row.ticket) as Row) as unknown as Ticket,
  };
}

/** Decimals come out of JSON as text. */
const revived = (row: Row): Row => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, MONEY.has(name) && typeof value === 'string' ? decimal(value) : value]));
