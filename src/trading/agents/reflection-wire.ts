import type { ReflectionsTable } from '../../storage/trading-schema.js';

/** `reflection`'s data, and an item of `GET /api/reflections`. */
export const reflectionOnWire = (row: ReflectionsTable): Record<string, unknown> => ({
  reflection_id: row.reflection_id, account_id: row.account_id, agent_id: row.agent_id, symbol: row.symbol, trade_id: row.trade_id, source: row.source,
  thought: row.thought, happened: row.happened, change: row.change, outcome_return: row.outcome_return, timestamp: new Date(row.at).toISOString(),
});
