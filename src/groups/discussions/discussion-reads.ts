import type { Kysely } from 'kysely';
import type { DiscussedOrder, GroupDiscussion } from '../../model/wire/groups.js';
import type { DiscussionsTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import { returnOf } from '../lessons/outcome-return.js';

export interface DiscussionFilter {
  readonly symbol?: string | undefined;
  readonly correlationId?: string | undefined;
}

type Links = Awaited<ReturnType<DiscussionReads['linksOf']>>;

/** Under one correlation id there may be ever more of them: the newest are shown. */
const MOST_ORDERS = 20;
const MOST_DECISIONS = 1000;

/** Discussions, and what came of them: `group_discussion`'s data, and items of `GET /api/groups/:id/discussions`. */
export class DiscussionReads {
  constructor(private readonly db: Kysely<Schema>) {}

  /** Newest first, those before the id; one more than `limit` where there are more. */
  async page(groupId: string, { symbol, correlationId }: DiscussionFilter, limit: number, before: string | null): Promise<readonly GroupDiscussion[]> {
    let query = this.db.selectFrom('trading_group_discussions').selectAll().where('group_id', '=', groupId);
    if (symbol !== undefined) query = query.where('symbol', '=', symbol);
    if (correlationId !== undefined) query = query.where('correlation_id', '=', correlationId);
    if (before !== null) query = query.where('discussion_id', '<', before);
    return this.linked(await query.orderBy('discussion_id', 'desc').limit(limit + 1).execute());
  }

  /** In four queries, however many. */
  async linked(rows: readonly DiscussionsTable[]): Promise<readonly GroupDiscussion[]> {
    const links = await this.linksOf(rows);
    return rows.map((row) => itemOf(row, links));
  }

  private async linksOf(rows: readonly DiscussionsTable[]) {
    const eventIds = distinct(rows.map(({ event_id: id }) => id));
    const groupIds = distinct(rows.map(({ group_id: id }) => id));
    const correlations = distinct(rows.map(({ correlation_id: id }) => id));
    const events = eventIds.length === 0 ? [] : await this.db.selectFrom('group_events').select(['event_id as id', 'title', 'source_id']).where('event_id', 'in', eventIds).execute();
    const decisions = correlations.length === 0 ? [] : await this.decisions(groupIds, correlations);
    const trades = decisions.length === 0 ? [] : await this.db.selectFrom('closed_trades').select(['trade_id', 'opened_by', 'pnl', 'entry_price', 'quantity', 'closed_at'])
      .where('opened_by', 'in', decisions.map(({ decision_id: id }) => id)).orderBy('closed_at').orderBy('trade_id').execute();
    const lessons = trades.length === 0 ? [] : await this.db.selectFrom('group_lessons').select(['lesson_id', 'trade_id']).where('group_id', 'in', groupIds).where('trade_id', 'in', trades.map(({ trade_id: id }) => id)).execute();
    return {
      events: new Map(events.map((event) => [event.id, event])), decisions,
      tradeOf: new Map(trades.map((trade) => [trade.opened_by, trade])), lessonOf: new Map(lessons.map((lesson) => [lesson.trade_id, lesson.lesson_id])),
    };
  }

  private decisions(groupIds: readonly string[], correlations: readonly string[]) {
    return this.db.selectFrom('decisions as d').leftJoin('orders as o', 'o.order_id', 'd.order_id')
      .select(['d.decision_id', 'd.origin_id', 'd.correlation_id', 'd.status', 'd.gate', 'd.intent', 'd.price', 'd.order_id', 'o.status as order_status', 'o.side', 'o.quantity', 'o.filled_quantity', 'o.average_price'])
      .where('d.correlation_id', 'in', correlations).where('d.origin', '=', 'group').where('d.origin_id', 'in', groupIds)
      .orderBy('d.as_of', 'desc').orderBy('d.decision_id', 'desc').limit(MOST_DECISIONS).execute();
  }
}

const distinct = (ids: readonly (string | null)[]): string[] => [...new Set(ids)].filter((id) => id !== null);

function itemOf(row: DiscussionsTable, { events, decisions, tradeOf, lessonOf }: Links): GroupDiscussion {
  const own = row.correlation_id === null ? [] : decisions.filter((each) => each.correlation_id === row.correlation_id && each.origin_id === row.group_id);
  const trades = own.flatMap(({ decision_id: id }) => tradeOf.get(id) ?? []);
  const trade = trades.reduce<(typeof trades)[number] | null>((newest, each) => (newest === null || each.closed_at > newest.closed_at ? each : newest), null);
  return {
    discussion_id: row.discussion_id, group_id: row.group_id, correlation_id: row.correlation_id, event: (row.event_id !== null && events.get(row.event_id)) || null,
    symbol: row.symbol, message: row.message, level: row.level, member_opinions: JSON.parse(row.member_opinions) as GroupDiscussion['member_opinions'],
    decision: row.decision === null ? null : JSON.parse(row.decision) as GroupDiscussion['decision'],
    orders: own.slice(0, MOST_ORDERS).reverse().map(orderOf),
    outcome: trade && { pnl: Number(trade.pnl), outcome_return: returnOf(trade), closed_at: new Date(trade.closed_at).toISOString() },
    lesson_id: (trade && lessonOf.get(trade.trade_id)) ?? null, timestamp: new Date(row.created_at).toISOString(),
  };
}

/** A decision that was refused has no order: what it wanted is in its intent. */
function orderOf(row: Links['decisions'][number]): DiscussedOrder {
  const intent = row.intent === null ? null : JSON.parse(row.intent) as { side: string; quantity: string | null };
  const quantity = row.quantity ?? intent?.quantity ?? null;
  const liquidated = row.order_id === null && row.status === 'filled';
  const average = liquidated ? row.price : row.average_price;
  const gate = row.gate === null ? null : JSON.parse(row.gate) as { code: string; detail: string };
  return {
    decision_id: row.decision_id, order_id: row.order_id, side: row.side ?? intent?.side ?? null, quantity: quantity === null ? null : Number(quantity),
    filled_quantity: Number((liquidated ? quantity : row.filled_quantity) ?? 0), average_price: average === null ? null : Number(average), status: statusOf(row),
    gate: gate && { code: gate.code, detail: gate.detail },
  };
}

/** As `order_update` says it: of the order, once there is one. */
const statusOf = ({ status, order_status: order }: Links['decisions'][number]): string =>
  (order === null ? status : order === 'stored' || order === 'unknown' ? 'submitted' : order);
