import type { Kysely, Transaction } from 'kysely';
import type { TriggersTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';

const BUILT_IN = ['price_move', 'indicator', 'signal', 'schedule', 'feed'] as const;
export type BuiltInKind = (typeof BUILT_IN)[number];
export type BuiltInRow = TriggersTable & { readonly kind: BuiltInKind };

/** The rows of `triggers`, as those who run them see them. */
export class TriggerStore {
  constructor(private readonly db: Kysely<Schema>) {}

  /** Those that run by themselves. */
  async builtIn(): Promise<readonly BuiltInRow[]> {
    return await this.db.selectFrom('triggers').selectAll().where('enabled', '=', 1).where('kind', 'in', [...BUILT_IN]).orderBy('trigger_id').execute() as BuiltInRow[];
  }

  /** An enabled webhook, by name or id. */
  async webhook(named: string): Promise<TriggersTable | null> {
    if (named.includes('\0')) return null; // which PostgreSQL takes for no text
    const row = await this.db.selectFrom('triggers').selectAll().where('kind', '=', 'webhook').where('enabled', '=', 1)
      .where(({ eb, or }) => or([eb('name', '=', named), eb('trigger_id', '=', named)])).executeTakeFirst();
    return row ?? null;
  }

  /** Within the transaction of what the state is about. */
  async keep(tx: Transaction<Schema>, triggerId: string, state: unknown): Promise<void> {
    await tx.updateTable('triggers').set({ state: JSON.stringify(state) }).where('trigger_id', '=', triggerId).execute();
  }

  async fault(tx: Transaction<Schema>, triggerId: string, why: string | null): Promise<void> {
    await tx.updateTable('triggers').set({ last_error: why }).where('trigger_id', '=', triggerId).execute();
  }
}
