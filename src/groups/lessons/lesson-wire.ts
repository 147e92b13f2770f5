import type { GroupLesson } from '../../model/wire/groups.js';
import type { LessonsTable } from '../../storage/groups-schema.js';
import { embeddingIn } from './lesson-store.js';

/** `group_lesson`'s data, and an item of `GET /api/groups/:id/lessons`. */
export const lessonOnWire = (row: LessonsTable): GroupLesson => ({
  lesson_id: row.lesson_id, group_id: row.group_id, correlation_id: row.correlation_id, discussion_id: row.discussion_id, trade_id: row.trade_id, symbol: row.symbol,
  position_side: row.leg, side: row.side, lesson: row.lesson, source: row.source, outcome_return: row.outcome_return, pnl: Number(row.pnl),
  embedding: row.embedding === null ? null : embeddingIn(row.embedding).model, timestamp: new Date(row.at).toISOString(),
});
