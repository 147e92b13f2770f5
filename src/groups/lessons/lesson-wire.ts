import type { LessonsTable } from '../../storage/groups-schema.js';
import { embeddingIn } from './lesson-store.js';

/** `group_lesson`'s data, and an item of `GET /api/groups/:id/lessons`. */
export interface LessonOnWire {
  readonly lesson_id: string;
  readonly group_id: string;
  readonly correlation_id: string | null;
  readonly discussion_id: string | null;
  readonly trade_id: string;
  readonly symbol: string;
  readonly position_side: string;
  readonly side: string;
  readonly lesson: string;
  readonly source: string;
  readonly outcome_return: number;
  readonly pnl: number;
  /** The model that made its embedding; null: it is found by its words. */
  readonly embedding: string | null;
  /** Market time at which the trade was closed. */
  readonly timestamp: string;
}

export const lessonOnWire = (row: LessonsTable): LessonOnWire => ({
  lesson_id: row.lesson_id, group_id: row.group_id, correlation_id: row.correlation_id, discussion_id: row.discussion_id, trade_id: row.trade_id, symbol: row.symbol,
  position_side: row.leg, side: row.side, lesson: row.lesson, source: row.source, outcome_return: row.outcome_return, pnl: Number(row.pnl),
  embedding: row.embedding === null ? null : embeddingIn(row.embedding).model, timestamp: new Date(row.at).toISOString(),
});
