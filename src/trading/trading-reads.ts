import type { Kysely } from 'kysely';
import { CodedError } from '../model/codes.js';
import type { OrderStatus } from '../model/trading.js';
import type { Schema } from '../storage/schema.js';
import type { DecisionsTable, DecisionStatus, FillsTable, OrdersTable } from '../storage/trading-schema.js';

export interface Page<T> {
  readonly rows: readonly T[];
  readonly next: string | null;
}

interface Filter {
  readonly account?: string | undefined;
  readonly symbol?: string | undefined;
}

const OPEN: readonly OrderStatus[] = ['stored', 'unknown', 'accepted', 'partially_filled'];

/** Lists of what trading has done, newest first. */
export class TradingReads {
  constructor(private readonly db: Kysely<Schema>) {}

  async orders({ account, symbol, status }: Filter & { readonly status?: OrderStatus | 'open' | undefined }, limit: number, cursor: string | undefined): Promise<Page<OrdersTable>> {
    let query = this.db.selectFrom('orders').selectAll();
    if (account !== undefined) query = query.where('account_id', '=', account);
    if (symbol !== undefined) query = query.where('symbol', '=', symbol);
    if (status !== undefined) query = query.where('status', 'in', status === 'open' ? OPEN : [status]);
    const after = readCursor(cursor);
    if (after) query = query.where(({ eb, or, and }) => or([eb('at', '<', after.at), and([eb('at', '=', after.at), eb('order_id', '<', after.id)])]));
    return paged(await query.orderBy('at', 'desc').orderBy('order_id', 'desc').limit(limit + 1).execute(), limit, ({ at, order_id: id }) => cursorOf(at, id));
  }

  async order(orderId: string): Promise<{ readonly order: OrdersTable; readonly fills: readonly FillsTable[]; readonly decision: DecisionsTable | null } | null> {
    const order = await this.db.selectFrom('orders').selectAll().where('order_id', '=', orderId).executeTakeFirst();
    if (!order) return null;
    const fills = await this.db.selectFrom('fills').selectAll().where('order_id', '=', orderId).orderBy('at').orderBy('execution_id').execute();
    const decision = await this.db.selectFrom('decisions').selectAll().where('decision_id', '=', order.decision_id).executeTakeFirst();
    return { order, fills, decision: decision ?? null };
  }

  async decisions({ account, symbol, status }: Filter & { readonly status?: DecisionStatus | undefined }, limit: number, cursor: string | undefined): Promise<Page<DecisionsTable>> {
    let query = this.db.selectFrom('decisions').selectAll();
    if (account !== undefined) query = query.where('account_id', '=', account);
    if (symbol !== undefined) query = query.where('symbol', '=', symbol);
    if (status !== undefined) query = query.where('status', '=', status);
    const after = readCursor(cursor);
    if (after) query = query.where(({ eb, or, and }) => or([eb('as_of', '<', after.at), and([eb('as_of', '=', after.at), eb('decision_id', '<', after.id)])]));
    return paged(await query.orderBy('as_of', 'desc').orderBy('decision_id', 'desc').limit(limit + 1).execute(), limit, ({ as_of: at, decision_id: id }) => cursorOf(at, id));
  }
}

function paged<T>(found: readonly T[], limit: number, cursorOfRow: (row: T) => string): Page<T> {
  const rows = found.slice(0, limit);
  return { rows, next: found.length > limit ? cursorOfRow(rows.at(-1)!) : null };
}

const cursorOf = (at: number, id: string): string => Buffer.from(`${at} ${id}`).toString('base64url');

function readCursor(text: string | undefined): { at: number; id: string } | null {
  if (text === undefined) return null;
  const [at, id] = Buffer.from(text, 'base64url').toString().split(' ');
  if (id && /^\d+$/.test(at ?? '')) return { at: Number(at), id };
  throw new CodedError('VALIDATION_ERROR', 'cursor: use the `next` of the page before', [{ path: 'cursor', message: 'must be the `next` of the page before' }]);
}
