import type { SituationsTable } from '../../storage/schema.js';

/** What came of a signal, as `GET /api/signals/:id` shows it; `pending` until its horizon has passed. */
export const outcomeOnWire = (row: SituationsTable): Record<string, unknown> => ({
  status: row.status === null ? 'pending' : row.status === 'unknown' ? 'unknown' : 'expired',
  touched: row.touched,
  outcome_return: row.outcome_return,
  outcome: row.outcome,
  correct: row.correct === null ? null : row.correct === 1,
  scores: row.scores === null ? null : (JSON.parse(row.scores) as unknown),
  band: row.band,
  cost: row.cost,
  horizon_bars: row.horizon_bars,
  resolved_at: row.resolved_at === null ? null : new Date(row.resolved_at).toISOString(),
});
