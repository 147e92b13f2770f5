import type { GroupDiscussion, GroupLesson } from '../../model/wire/groups.js';
import { decisionOnWire, type DecisionOnWire } from '../../trading/decision-message.js';
import { fillOnWire, orderOnWire } from '../../trading/on-wire.js';
import { lessonOnWire } from '../lessons/lesson-wire.js';
import { returnOf } from '../lessons/outcome-return.js';
import { timelineOf, type TimelineItem } from './timeline.js';
import type { TracedEvent, TraceRows } from './trace-rows.js';

/** `GET /api/trace/:correlation_id`: one thing from what set it off to what was learnt of it. */
export interface Trace {
  readonly correlation_id: string;
  readonly events: readonly unknown[];
  readonly discussions: readonly GroupDiscussion[];
  /** `trading_decision` data. */
  readonly decisions: readonly DecisionOnWire[];
  /** As `/api/orders`. */
  readonly orders: readonly Record<string, unknown>[];
  readonly fills: readonly Record<string, unknown>[];
  readonly trades: readonly unknown[];
  readonly lessons: readonly GroupLesson[];
  readonly timeline: readonly TimelineItem[];
}

export function traceOf(correlationId: string, rows: TraceRows, discussions: readonly GroupDiscussion[]): Trace {
  return {
    correlation_id: correlationId, events: rows.events.map(eventOnWire), discussions, decisions: rows.decisions.map(decisionOnWire), orders: rows.orders.map(orderOnWire),
    fills: rows.fills.map((row) => ({ account_id: row.account_id, decision_id: row.decision_id, ...fillOnWire(row) })), trades: rows.trades.map(tradeOnWire),
    lessons: rows.lessons.map(lessonOnWire), timeline: timelineOf(rows),
  };
}

const iso = (at: number): string => new Date(at).toISOString();

const eventOnWire = (row: TracedEvent): unknown => ({
  id: row.event_id, event_type: row.event_type, origin: row.origin, source_id: row.source_id, priority: row.priority, targets: JSON.parse(row.targets) as unknown,
  title: row.title, payload: row.payload, tags: JSON.parse(row.tags) as unknown, condition: row.condition === null ? null : JSON.parse(row.condition) as unknown,
  deliveries: row.deliveries, settled: row.settled, created_at: iso(row.created_at),
});

const tradeOnWire = (row: TraceRows['trades'][number]): unknown => ({
  trade_id: row.trade_id, account_id: row.account_id, symbol: row.symbol, position_side: row.leg, side: row.side, quantity: Number(row.quantity),
  entry_price: Number(row.entry_price), exit_price: Number(row.exit_price), pnl: Number(row.pnl), fees: Number(row.fees), outcome_return: returnOf(row), leverage: row.leverage,
  liquidated: row.liquidated === 1, opened_by: row.opened_by, closed_by: row.closed_by, opened_at: iso(row.opened_at), closed_at: iso(row.closed_at),
});
