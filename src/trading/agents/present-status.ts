import type { Kysely } from 'kysely';
import type { CycleDecision } from '../../model/wire/trading.js';
import type { Schema } from '../../storage/schema.js';
import type { AgentCyclesTable } from '../../storage/trading-schema.js';

/** The cycles as they were stored, with what became of their decisions since: the desk keeps that, not the cycle. */
export async function withPresentStatus(db: Kysely<Schema>, rows: readonly AgentCyclesTable[]): Promise<readonly AgentCyclesTable[]> {
  const records = rows.map((row) => JSON.parse(row.decisions) as readonly Partial<CycleDecision>[]);
  const ids = records.flat().flatMap(({ decision_id: id }) => id ?? []);
  if (ids.length === 0) return rows;
  const found = await db.selectFrom('decisions').select(['decision_id', 'status']).where('decision_id', 'in', ids).execute();
  const present = new Map(found.map(({ decision_id: id, status }) => [id, status]));
  return rows.map((row, at) => ({
    ...row,
    decisions: JSON.stringify(records[at]!.map((record) => ({ ...record, ...(present.has(record.decision_id ?? '') && { status: present.get(record.decision_id!) }) }))),
  }));
}
