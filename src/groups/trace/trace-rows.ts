import type { Kysely } from 'kysely';
import type { DiscussionsTable, GroupEventsTable, LessonsTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import type { ClosedTradesTable, DecisionsTable, FillsTable, OrdersTable } from '../../storage/trading-schema.js';
import { orderIdOf } from '../../trading/intent-text.js';

export interface TracedEvent extends GroupEventsTable {
  /** Groups that it was for, and those that have settled it; 0 once they are forgotten. */
  readonly deliveries: number;
  readonly settled: number;
}

/** All that one correlation id links; each list oldest first. */
export interface TraceRows {
  readonly events: readonly TracedEvent[];
  readonly discussions: readonly DiscussionsTable[];
  readonly decisions: readonly DecisionsTable[];
  readonly orders: readonly OrdersTable[];
  readonly fills: readonly FillsTable[];
  readonly trades: readonly ClosedTradesTable[];
  readonly lessons: readonly LessonsTable[];
  /** Wall time at which what a decision came of was asked for, by its id. */
  readonly askedAt: ReadonlyMap<string, number>;
  /** Of targets and stops, the entry's order id by theirs. */
  readonly entryOf: ReadonlyMap<string, string>;
}

/** Of each list; a program may write one correlation id under all that it does. */
const MOST = 1000;
const CHUNK = 500;

/**
 * Decisions hang on the id (their own, or their signal's), orders on decisions, fills on orders, trades on the decisions that
 * opened or ended them. What ends a position by itself has that of the last entry, where a group made it, or none: a protective order's
 * id is a hash of its entry's, and what ended a trade is named by the trade.
 */
export async function traceRows(db: Kysely<Schema>, correlationId: string): Promise<TraceRows> {
  const own = await db.selectFrom('decisions').selectAll().where(({ or, eb }) => or([eb('correlation_id', '=', correlationId), eb('signal_id', '=', correlationId)]))
    .orderBy('as_of').orderBy('decision_id').limit(MOST).execute();
  const ownIds = own.map(({ decision_id: id }) => id);
  const trades = await inChunks(ownIds, (ids) => db.selectFrom('closed_trades').selectAll()
    .where(({ or, eb }) => or([eb('opened_by', 'in', ids), eb('closed_by', 'in', ids)])).orderBy('closed_at').orderBy('trade_id').execute());
  const distinctTrades = [...new Map(trades.map((trade) => [trade.trade_id, trade])).values()];
  const placed = await ordersOf(db, ownIds);
  const protections = await protectiveOrders(db, placed, distinctTrades);
  const protective = protections.map(({ order }) => order);
  const endings = await endingDecisions(db, own, protective, distinctTrades);
  const ended = await ordersOf(db, endings.map(({ decision_id: id }) => id));
  const orders = [...new Map([...placed, ...protective, ...ended].map((order) => [order.order_id, order])).values()].sort((a, b) => a.at - b.at || (a.order_id < b.order_id ? -1 : 1));
  return {
    ...await said(db, correlationId), decisions: [...own, ...endings], orders, trades: distinctTrades,
    fills: await fillsOf(db, orders, distinctTrades), lessons: await lessonsOf(db, correlationId, own, distinctTrades),
    entryOf: new Map(protections.map(({ order, entry }) => [order.order_id, entry.order_id])),
  };
}

async function said(db: Kysely<Schema>, correlationId: string): Promise<Pick<TraceRows, 'events' | 'discussions' | 'askedAt'>> {
  const events = await db.selectFrom('group_events').selectAll().where('correlation_id', '=', correlationId).orderBy('event_id').limit(MOST).execute();
  const counts = await inChunks(events.map(({ event_id: id }) => id), (ids) => db.selectFrom('group_deliveries')
    .select(({ fn }) => ['event_id', fn.countAll<number | string>().as('deliveries'), fn.count<number | string>('settled_at').as('settled')])
    .where('event_id', 'in', ids).groupBy('event_id').execute());
  const byEvent = new Map(counts.map((count) => [count.event_id, count]));
  const discussions = await db.selectFrom('trading_group_discussions').selectAll().where('correlation_id', '=', correlationId).orderBy('discussion_id').limit(MOST).execute();
  const asked = await db.selectFrom('group_trades').select(['outcome', 'created_at']).where('correlation_id', '=', correlationId).limit(MOST).execute();
  return {
    events: events.map((event) => ({ ...event, deliveries: Number(byEvent.get(event.event_id)?.deliveries ?? 0), settled: Number(byEvent.get(event.event_id)?.settled ?? 0) })),
    discussions, askedAt: new Map(asked.flatMap(({ outcome, created_at: at }) => decisionsIn(outcome).map((id) => [id, at] as const))),
  };
}

const decisionsIn = (outcome: string | null): string[] =>
  (outcome === null ? [] : JSON.parse(outcome) as { decision_id?: string | null }[]).flatMap(({ decision_id: id }) => id ?? []);

const ordersOf = (db: Kysely<Schema>, decisionIds: readonly string[]): Promise<OrdersTable[]> =>
  inChunks(decisionIds, (ids) => db.selectFrom('orders').selectAll().where('decision_id', 'in', ids).orderBy('at').orderBy('order_id').execute());

/** Targets and stops that these entries have placed. */
async function protectiveOrders(db: Kysely<Schema>, orders: readonly OrdersTable[], trades: readonly ClosedTradesTable[]): Promise<{ readonly order: OrdersTable; readonly entry: OrdersTable }[]> {
  const found: { order: OrdersTable; entry: OrdersTable }[] = [];
  const entries = orders.filter(({ role }) => role === 'entry');
  const places = new Map(entries.map((entry) => [`${entry.account_id} ${entry.leg} ${entry.symbol}`, entry])); // the newest of a place
  for (const { account_id: account, symbol, leg } of places.values()) {
    const here = entries.filter((each) => each.account_id === account && each.symbol === symbol && each.leg === leg);
    const from = Math.min(...here.map(({ at }) => at));
    const open = !trades.some((trade) => trade.account_id === account && trade.symbol === symbol && trade.leg === leg && trade.closed_at >= here.at(-1)!.at);
    const until = open ? Number.MAX_SAFE_INTEGER : Math.max(...trades.filter((trade) => trade.account_id === account && trade.symbol === symbol && trade.leg === leg).map(({ closed_at: at }) => at));
    const candidates = await db.selectFrom('orders').selectAll().where('account_id', '=', account).where('at', '>=', from).where('at', '<=', until)
      .where('symbol', '=', symbol).where('leg', '=', leg).where('role', 'in', ['target', 'stop']).orderBy('at').orderBy('order_id').limit(MOST).execute();
    found.push(...candidates.flatMap((order) => {
      const entry = here.find((each) => isOf(order, each));
      return entry ? [{ order, entry }] : [];
    }));
  }
  return found;
}

/** As trading/protection.ts names them. */
function isOf({ order_id: id, role, quantity, stop_price: stop, limit_price: limit, at }: OrdersTable, entry: OrdersTable): boolean {
  return id === orderIdOf(entry.order_id, `${role}:${quantity}:${role === 'stop' ? stop : limit}:${at}`);
}

/** Decisions that ended what these opened without being asked for under another id: a level that was reached, a time that has passed, a person. */
async function endingDecisions(
  db: Kysely<Schema>, own: readonly DecisionsTable[], protective: readonly OrdersTable[], trades: readonly ClosedTradesTable[],
): Promise<DecisionsTable[]> {
  const known = new Set(own.map(({ decision_id: id }) => id));
  const ids = [...new Set([...protective.map(({ decision_id: id }) => id), ...trades.flatMap(({ closed_by: id }) => id ?? [])])].filter((id) => !known.has(id));
  const byId = await inChunks(ids, (some) => db.selectFrom('decisions').selectAll().where('decision_id', 'in', some)
    .where(({ or, eb }) => or([eb('correlation_id', 'is', null), eb('decision_key', 'like', 'order:%'), eb('decision_key', 'like', 'exit:%'), eb('decision_key', 'like', 'liquidation:%')])).execute());
  return byId.sort((a, b) => a.as_of - b.as_of || (a.decision_id < b.decision_id ? -1 : 1));
}

/** A liquidation has no order: it is known by its account, market and time. */
async function fillsOf(db: Kysely<Schema>, orders: readonly OrdersTable[], trades: readonly ClosedTradesTable[]): Promise<FillsTable[]> {
  const fills = await inChunks(orders.map(({ order_id: id }) => id), (ids) => db.selectFrom('fills').selectAll().where('order_id', 'in', ids).execute());
  for (const { account_id: account, symbol, leg, closed_at: at } of trades.filter(({ liquidated }) => liquidated === 1)) {
    fills.push(...await db.selectFrom('fills').selectAll().where('account_id', '=', account).where('at', '=', at).where('symbol', '=', symbol).where('leg', '=', leg)
      .where('liquidation', '=', 1).execute());
  }
  return fills.sort((a, b) => a.at - b.at || (a.execution_id < b.execution_id ? -1 : 1));
}

async function lessonsOf(db: Kysely<Schema>, correlationId: string, own: readonly DecisionsTable[], trades: readonly ClosedTradesTable[]): Promise<LessonsTable[]> {
  const groups = [...new Set(own.filter(({ origin }) => origin === 'group').map(({ origin_id: id }) => id))];
  const byId = await db.selectFrom('group_lessons').selectAll().where('correlation_id', '=', correlationId).limit(MOST).execute();
  const byTrade = groups.length === 0 ? [] : await inChunks(trades.map(({ trade_id: id }) => id), (ids) => db.selectFrom('group_lessons').selectAll().where('group_id', 'in', groups).where('trade_id', 'in', ids).execute());
  return [...new Map([...byId, ...byTrade].map((row) => [row.lesson_id, row])).values()].sort((a, b) => (a.lesson_id < b.lesson_id ? -1 : 1));
}

/** So that no statement has more parameters than a database takes. */
async function inChunks<T>(ids: readonly string[], read: (ids: string[]) => Promise<T[]>): Promise<T[]> {
  const found: T[] = [];
  for (let at = 0; at < ids.length; at += CHUNK) found.push(...await read(ids.slice(at, at + CHUNK)));
  return found;
}
