import type { Kysely, Transaction } from 'kysely';
import { decimal, type Decimal } from '../../../model/decimal.js';
import type { AccountEntry, AccountMode, Execution, Position } from '../../../model/trading.js';
import type { Schema } from '../../../storage/schema.js';
import { Book, historyOf, withHistory, type StoredPosition } from '../../portfolio/book.js';
import type { Changes, PaperState } from './paper-account.js';
import { orderOf, rowOf, type PaperOrder } from './paper-order.js';

const OPEN = ['accepted', 'partially_filled'];

/** The rows of one account at the paper broker. */
export class PaperStore {
  constructor(private readonly db: Kysely<Schema>, private readonly accountId: string) {}

  /** The account as it was left; a new one begins with `balance`. */
  async load(mode: AccountMode, balance: Decimal): Promise<PaperState> {
    const { db, accountId } = this;
    await db.insertInto('paper_accounts').values({ account_id: accountId, mode, wallet: balance.toString(), at: 0 }).onConflict((conflict) => conflict.doNothing()).execute();
    const account = await db.selectFrom('paper_accounts').selectAll().where('account_id', '=', accountId).executeTakeFirstOrThrow();
    if (account.mode !== mode) throw new Error(`The paper account ${accountId} was opened as ${account.mode}: give it that mode again, or another id to begin anew as ${mode}`);
    const positions = await db.selectFrom('paper_positions').selectAll().where('account_id', '=', accountId).orderBy('symbol').orderBy('leg').execute();
    const open = await db.selectFrom('paper_orders').selectAll().where('account_id', '=', accountId).where('status', 'in', OPEN).execute();
    const count = async (table: 'paper_orders' | 'paper_executions'): Promise<number> =>
      Number((await db.selectFrom(table).select(({ fn }) => fn.countAll().as('rows')).where('account_id', '=', accountId).executeTakeFirstOrThrow()).rows);
    const funded = await db.selectFrom('paper_entries').select(({ fn }) => ['symbol', fn.max('at').as('at')]).where('account_id', '=', accountId).where('kind', '=', 'funding').groupBy('symbol').execute();
    return {
      book: new Book(mode, decimal(account.wallet), positions.map((row) => withHistory({
        symbol: row.symbol, leg: row.leg, side: row.side, quantity: decimal(row.quantity), entryPrice: decimal(row.entry_price), leverage: row.leverage, openedAt: Number(row.opened_at),
      }, JSON.parse(row.history) as StoredPosition))),
      open: new Map(open.map((row) => [row.client_order_id, orderOf(row)])),
      funded: new Map(funded.map(({ symbol, at }) => [symbol!, Number(at)])),
      orders: await count('paper_orders'), executions: await count('paper_executions'),
    };
  }

  /** All of it in one transaction, or nothing. `now`: market time of the event that brought it. */
  async commit({ orders, executions, entries }: Changes, book: Book, now: number): Promise<void> {
    const account_id = this.accountId;
    await this.db.transaction().execute(async (tx) => {
      for (const order of orders.values()) {
        const { client_order_id, ...rest } = rowOf(order);
        await tx.insertInto('paper_orders').values({ account_id, client_order_id, ...rest }).onConflict((conflict) => conflict.columns(['account_id', 'client_order_id']).doUpdateSet(rest)).execute();
      }
      for (const { execution, sequence } of executions) {
        const { executionId, clientOrderId } = execution;
        await tx.insertInto('paper_executions').values({ account_id, execution_id: executionId, client_order_id: clientOrderId, body: JSON.stringify({ ...execution, sequence }), at: now }).execute();
      }
      for (const { entryId, kind, amount, symbol, at } of entries) {
        await tx.insertInto('paper_entries').values({ account_id, entry_id: entryId, kind, amount: amount.toString(), symbol, at }).execute();
      }
      for (const key of new Map(executions.map(({ execution }) => [`${execution.leg} ${execution.symbol}`, execution])).values()) await this.#position(tx, book, key);
      if (executions.length > 0 || entries.length > 0) await tx.updateTable('paper_accounts').set({ wallet: book.wallet.toString(), at: now }).where('account_id', '=', account_id).execute();
    });
  }

  async find(clientOrderId: string): Promise<PaperOrder | null> {
    const row = await this.db.selectFrom('paper_orders').selectAll().where('account_id', '=', this.accountId).where('client_order_id', '=', clientOrderId).executeTakeFirst();
    return row ? orderOf(row) : null;
  }

  async executions(since: number): Promise<readonly Execution[]> {
    const rows = await this.db.selectFrom('paper_executions').select('body').where('account_id', '=', this.accountId).where('at', '>=', since).execute();
    return rows.map(({ body }) => JSON.parse(body) as Stored<Execution> & { sequence: number }).sort((a, b) => a.sequence - b.sequence)
      .map(({ sequence: _, quantity, price, fee, ...rest }) => ({ ...rest, quantity: decimal(quantity), price: decimal(price), fee: decimal(fee) }));
  }

  async entries(since: number): Promise<readonly AccountEntry[]> {
    const rows = await this.db.selectFrom('paper_entries').selectAll().where('account_id', '=', this.accountId).where('at', '>=', since).orderBy('at').orderBy('entry_id').execute();
    return rows.map(({ entry_id, kind, amount, symbol, at }) => ({ entryId: entry_id, kind, amount: decimal(amount), symbol, at: Number(at) }));
  }

  async #position(tx: Transaction<Schema>, book: Book, { symbol, leg }: Pick<Position, 'symbol' | 'leg'>): Promise<void> {
    const position = book.position(symbol, leg);
    const key = { account_id: this.accountId, symbol, leg };
    if (!position) {
      await tx.deleteFrom('paper_positions').where('account_id', '=', key.account_id).where('symbol', '=', symbol).where('leg', '=', leg).execute();
      return;
    }
    const row = {
      side: position.side, quantity: position.quantity.toString(), entry_price: position.entryPrice.toString(), leverage: position.leverage,
      opened_at: position.openedAt, history: JSON.stringify(historyOf(position)),
    };
    await tx.insertInto('paper_positions').values({ ...key, ...row }).onConflict((conflict) => conflict.columns(['account_id', 'symbol', 'leg']).doUpdateSet(row)).execute();
  }
}

type Stored<T> = { readonly [key in keyof T]: T[key] extends Decimal ? string : T[key] };
