import type { TraceRows } from './trace-rows.js';

export interface TimelineItem {
  readonly at: string;
  readonly kind: 'event' | 'discussion' | 'decision' | 'order' | 'fill' | 'trade' | 'lesson';
  readonly id: string;
  readonly text: string;
}

interface Placed extends Omit<TimelineItem, 'at'> {
  /** Its own time: of the wall for events, discussions and lessons, of the market for the rest. */
  readonly at: number;
  /** Not before what it came of: the two clocks differ. */
  readonly after: number;
  /** Of what happens in one millisecond of the market. */
  readonly rank: number;
}

/** What ends a position comes behind what opened it, and behind what protects it. */
const [ENDING, PROTECTING] = [4, 2];
const RANKS = { event: 0, discussion: 1, decision: 2, order: 3, fill: 4, trade: 9, lesson: 10 } as const;

/** In the order of time, effects behind their causes. */
export function timelineOf(rows: TraceRows): TimelineItem[] {
  const after = causesOf(rows);
  const ends = new Set(rows.orders.filter(({ reduce_only: reduces }) => reduces === 1).flatMap(({ order_id: id, decision_id: decision }) => [id, decision]));
  const endingBy = (id: string | null): number => (id !== null && ends.has(id) ? ENDING : 0);
  const placed: Placed[] = [
    ...rows.events.map((row) => item('event', row.event_id, row.created_at, `${row.event_type} of ${row.source_id}: ${row.title}`)),
    ...rows.discussions.map((row) => item('discussion', row.discussion_id, row.created_at, `${(JSON.parse(row.member_opinions) as unknown[]).length} opinions${row.message && `: ${row.message}`}`)),
    ...rows.decisions.map((row) => item('decision', row.decision_id, row.as_of, decisionText(row), after.decision(row.decision_id), endingBy(row.decision_id))),
    ...rows.orders.map((row) => item('order', row.order_id, row.at, `${row.role}: ${row.side} ${row.quantity} ${row.symbol} ${row.order_type}, ${row.status}`, after.order(row.order_id), rows.entryOf.has(row.order_id) ? PROTECTING : endingBy(row.order_id))),
    ...rows.fills.map((row) => item('fill', row.execution_id, row.at, `${row.side} ${row.quantity} ${row.symbol} at ${row.price}${row.liquidation ? ', a liquidation' : ''}`, after.fill(row), row.liquidation === 1 ? ENDING : endingBy(row.order_id))),
    ...rows.trades.map((row) => item('trade', row.trade_id, row.closed_at, `${row.side} ${row.quantity} ${row.symbol} from ${row.entry_price} to ${row.exit_price}: ${row.pnl}`, after.trade(row))),
    ...rows.lessons.map((row) => item('lesson', row.lesson_id, row.created_at, row.lesson)),
  ];
  return placed.sort((a, b) => a.after - b.after || a.rank - b.rank || a.at - b.at || (a.id < b.id ? -1 : 1))
    .map(({ at, kind, id, text }) => ({ at: new Date(at).toISOString(), kind, id, text }));

  function item(kind: keyof typeof RANKS, id: string, at: number, text: string, cause = at, behind = 0): Placed {
    return { kind, id, at, text, after: Math.max(at, cause), rank: RANKS[kind] + behind };
  }
}

/** When a thing was at the earliest, as its causes say. */
function causesOf({ decisions, orders, fills, trades, askedAt, entryOf }: TraceRows) {
  const decisionById = new Map(decisions.map((row) => [row.decision_id, row]));
  const orderById = new Map(orders.map((row) => [row.order_id, row]));
  const known = new Map<string, number>();
  const once = (key: string, reckon: () => number): number => {
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, 0); // nothing is its own cause
    const value = reckon();
    known.set(key, value);
    return value;
  };
  const fillsOf = new Map<string | null, TraceRows['fills'][number][]>();
  for (const each of fills) fillsOf.set(each.decision_id, [...fillsOf.get(each.decision_id) ?? [], each]);
  const filledBy = (decisionId: string | null, until: number): number =>
    (decisionId === null ? [] : fillsOf.get(decisionId) ?? []).reduce((latest, each) => (each.at <= until ? Math.max(latest, fill(each)) : latest), 0);
  function decision(id: string): number {
    return once(`decision ${id}`, () => {
      const row = decisionById.get(id);
      if (!row) return 0;
      const ended = trades.filter(({ closed_by: by, opened_by: opened }) => by === id && opened !== id).map(({ opened_by: opened }) => filledBy(opened, row.as_of));
      const protection = orders.filter(({ order_id: order, decision_id: of }) => of === id && entryOf.has(order)).map(({ order_id: of }) => order(of));
      return Math.max(row.as_of, askedAt.get(id) ?? 0, ...ended, ...protection);
    });
  }
  function order(id: string): number {
    return once(`order ${id}`, () => {
      const row = orderById.get(id);
      if (!row) return 0;
      const entry = entryOf.get(id);
      return Math.max(row.at, entry === undefined ? decision(row.decision_id) : filledBy(orderById.get(entry)?.decision_id ?? null, row.at));
    });
  }
  function fill(row: TraceRows['fills'][number]): number {
    return Math.max(row.at, row.order_id === null ? 0 : order(row.order_id));
  }
  const trade = (row: TraceRows['trades'][number]): number => Math.max(row.closed_at, filledBy(row.closed_by, row.closed_at), filledBy(row.opened_by, row.closed_at));
  return { decision, order, fill, trade };
}

function decisionText({ origin, symbol, status, reason, intent, gate }: TraceRows['decisions'][number]): string {
  const { side, quantity } = (intent === null ? {} : JSON.parse(intent)) as { side?: string; quantity?: string | null };
  const refused = gate === null ? '' : ` (${(JSON.parse(gate) as { code: string }).code})`;
  return `${origin}: ${side ? `${side} ${quantity ?? ''} `.replace('  ', ' ') : ''}${symbol}, ${status}${refused}: ${reason}`;
}
