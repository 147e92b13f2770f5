import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/schema.js';
import type { Sweep } from '../../storage/sweeper.js';

const DAY = 86_400_000;
/** Cycles of one batch: their inputs have some kilobytes each. */
const BATCH = 100;

/**
 * Forgets what agents saw in cycles that are older than `keepDays` of market time before their last one. What they decided,
 * and why, stays, and so do the newest inputs: the next cycle begins where the rules stood.
 */
export class CycleRetention implements Sweep {
  /** By agent, the last cycle that was looked at. */
  private readonly done = new Map<string, number>();

  constructor(private readonly db: Kysely<Schema>, private readonly keepDays: number) {}

  async *sweep(): AsyncGenerator<number, void, undefined> {
    const agents = await this.db.selectFrom('agents').select('agent_id').orderBy('agent_id').execute();
    for (const { agent_id: agentId } of agents) yield* this.forget(agentId);
  }

  private async *forget(agentId: string): AsyncGenerator<number, void, undefined> {
    const of = this.db.selectFrom('agent_cycles').where('agent_id', '=', agentId).orderBy('cycle', 'desc').limit(1);
    const newest = await of.select('as_of').executeTakeFirst();
    const last = await of.select('cycle').where('inputs', 'is not', null).executeTakeFirst();
    if (!newest || !last) return;
    const before = newest.as_of - this.keepDays * DAY;
    for (;;) {
      const page = await this.db.selectFrom('agent_cycles').select(['cycle', 'as_of']).where('agent_id', '=', agentId)
        .where('cycle', '>', this.done.get(agentId) ?? 0).where('cycle', '<', last.cycle).orderBy('cycle').limit(BATCH).execute();
      const end = page.findIndex(({ as_of: at }) => at >= before);
      const old = page.slice(0, end === -1 ? page.length : end).map(({ cycle }) => cycle);
      if (old.length === 0) return;
      const { numUpdatedRows } = await this.db.updateTable('agent_cycles').set({ inputs: null })
        .where('agent_id', '=', agentId).where('cycle', 'in', old).where('inputs', 'is not', null).executeTakeFirst();
      this.done.set(agentId, old.at(-1)!);
      yield Number(numUpdatedRows);
      if (old.length < BATCH) return;
    }
  }
}
