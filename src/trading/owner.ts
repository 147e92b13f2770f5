import type { DecisionsTable } from '../storage/trading-schema.js';
import type { Plan } from './account.js';

/** In whose name something is kept and told. */
export type Owner = Pick<DecisionsTable, 'origin' | 'origin_id' | 'correlation_id'>;

interface Decisions {
  decision(decisionId: string): Promise<DecisionsTable | null>;
}

/** The group whose entry opened a position, or added to it last; null: no group's. What ends it by itself is told to that group, under its correlation id. */
export async function ownerOf(plan: Plan | null, decisions: Decisions): Promise<Owner | null> {
  const entry = plan && await decisions.decision(plan.decisionId);
  return entry?.origin === 'group' ? { origin: entry.origin, origin_id: entry.origin_id, correlation_id: entry.correlation_id } : null;
}
