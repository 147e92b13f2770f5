import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { AgentStore } from './agent-store.js';
import { CycleRetention } from './cycle-retention.js';

const DAY = 86_400_000;
const BEGIN = Date.UTC(2026, 0, 1);

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('what agents saw, on %s', (_name, fresh) => {
  let db: FreshDatabase;
  beforeAll(async () => { db = await fresh(); });
  afterAll(async () => { await db.drop(); });

  async function agent(agentId: string, cycles: number, withInputs: (cycle: number) => boolean): Promise<void> {
    await db.kysely.insertInto('agents').values({
      agent_id: agentId, account_id: agentId, paused: 0, pause_reason: null, interval_s: 60, cycle_count: cycles, last_cycle_at: null, last_decision_at: null, last_error: null,
    }).execute();
    for (let cycle = 1; cycle <= cycles; cycle += 1) {
      await db.kysely.insertInto('agent_cycles').values({
        agent_id: agentId, cycle, as_of: BEGIN + cycle * DAY, status: 'done', decided_by: 'rules', reasoning: `because ${cycle}`, decisions: '[]',
        inputs: withInputs(cycle) ? `{"stances":{"BTCUSDT":${cycle}}}` : null, error: null,
      }).execute();
    }
  }
  async function swept(retention: CycleRetention): Promise<number> {
    let rows = 0;
    for await (const changed of retention.sweep()) rows += changed;
    return rows;
  }
  const seen = async (agentId: string): Promise<number[]> => (await db.kysely.selectFrom('agent_cycles').select('cycle').where('agent_id', '=', agentId).where('inputs', 'is not', null).orderBy('cycle').execute()).map(({ cycle }) => cycle);

  test('goes after so many days, what was decided stays, and so does where the rules stood', async () => {
    await agent('busy', 250, () => true);
    await agent('idle', 120, (cycle) => cycle <= 3); // all that it saw is long ago
    const retention = new CycleRetention(db.kysely, 90);
    expect(await swept(retention)).toBe(159 + 2);
    expect(await seen('busy')).toEqual(Array.from({ length: 91 }, (_, at) => 160 + at));
    expect(await seen('idle')).toEqual([3]);
    const store = new AgentStore(db.kysely);
    expect(await store.stances('idle')).toEqual({ BTCUSDT: 3 });
    expect((await store.cycles('busy', 500)).map(({ reasoning }) => reasoning).at(-1)).toBe('because 1');
    expect(await swept(retention)).toBe(0);
    await db.kysely.updateTable('agent_cycles').set({ as_of: BEGIN + 260 * DAY }).where('cycle', '=', 250).execute();
    expect(await swept(retention)).toBe(10);
  });
});
