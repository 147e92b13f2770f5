import type { Kysely, Transaction } from 'kysely';
import type { AgentConfig } from '../../config/config.js';
import type { CycleDecision } from '../../model/wire/trading.js';
import type { Schema } from '../../storage/schema.js';
import type { AgentCyclesTable, AgentsTable } from '../../storage/trading-schema.js';
import type { Stances } from './decider.js';
import { withPresentStatus } from './present-status.js';

type Handle = Kysely<Schema> | Transaction<Schema>;

/** `running`: not decided. `decided`: its proposals are under way. `interrupted`: its process ended meanwhile. */
export type CycleStatus = 'running' | 'decided' | 'done' | 'failed' | 'interrupted';
const UNDER_WAY: readonly CycleStatus[] = ['running', 'decided'];

/** Another node, or another process, has run this cycle. */
export class CycleTaken extends Error {
  constructor(agentId: string, cycle: number) {
    super(`Cycle ${cycle} of ${agentId} was begun elsewhere`);
    this.name = 'CycleTaken';
  }
}

/** The rows of `agents` and `agent_cycles`. What takes a handle belongs into a transaction of its caller. */
export class AgentStore {
  constructor(private readonly db: Kysely<Schema>) {}

  /** Rows of agents that have none yet; what is there stays as it is. */
  async ensure(agents: readonly AgentConfig[]): Promise<void> {
    if (agents.length === 0) return;
    await this.db.insertInto('agents').values(agents.map(({ id, accountId, intervalS }) => ({
      agent_id: id, account_id: accountId, paused: 0, pause_reason: null, interval_s: intervalS, cycle_count: 0, last_cycle_at: null, last_decision_at: null, last_error: null,
    }))).onConflict((conflict) => conflict.column('agent_id').doNothing()).execute();
  }

  all(): Promise<readonly AgentsTable[]> {
    return this.db.selectFrom('agents').selectAll().execute();
  }

  row(agentId: string, handle: Handle = this.db): Promise<AgentsTable> {
    return handle.selectFrom('agents').selectAll().where('agent_id', '=', agentId).executeTakeFirstOrThrow();
  }

  async set(tx: Handle, agentId: string, values: Partial<Pick<AgentsTable, 'paused' | 'pause_reason' | 'interval_s'>>): Promise<void> {
    await tx.updateTable('agents').set(values).where('agent_id', '=', agentId).execute();
  }

  /** Counts a cycle before it does anything. @throws CycleTaken */
  async begin(tx: Handle, agentId: string, cycle: number, asOf: number, decidedBy: string): Promise<void> {
    const { numUpdatedRows } = await tx.updateTable('agents').set({ cycle_count: cycle, last_cycle_at: asOf })
      .where('agent_id', '=', agentId).where('cycle_count', '=', cycle - 1).executeTakeFirst();
    if (numUpdatedRows !== 1n) throw new CycleTaken(agentId, cycle);
    await tx.insertInto('agent_cycles').values({
      agent_id: agentId, cycle, as_of: asOf, status: 'running', decided_by: decidedBy, reasoning: '', decisions: '[]', inputs: null, error: null,
    }).execute();
  }

  /** Of a cycle under way; one that another process has closed stays as that said it. */
  async update(tx: Handle, agentId: string, cycle: number, values: Partial<Omit<AgentCyclesTable, 'agent_id' | 'cycle'>> & { readonly status: CycleStatus }): Promise<void> {
    await tx.updateTable('agent_cycles').set(values).where('agent_id', '=', agentId).where('cycle', '=', cycle).where('status', 'in', UNDER_WAY).execute();
  }

  /** @param at of its decision; null: it came to none */
  async decided(tx: Handle, agentId: string, at: number | null, error: string | null): Promise<void> {
    await tx.updateTable('agents').set({ ...(at !== null && { last_decision_at: at }), last_error: error }).where('agent_id', '=', agentId).execute();
  }

  /** Cycles that a process left behind. */
  underWay(agentId: string): Promise<readonly AgentCyclesTable[]> {
    return this.db.selectFrom('agent_cycles').selectAll().where('agent_id', '=', agentId).where('status', 'in', UNDER_WAY).orderBy('cycle').execute();
  }

  /** Newest first, with what became of their decisions by now. */
  async cycles(agentId: string, limit: number): Promise<readonly AgentCyclesTable[]> {
    return withPresentStatus(this.db, await this.db.selectFrom('agent_cycles').selectAll().where('agent_id', '=', agentId).orderBy('cycle', 'desc').limit(limit).execute());
  }

  /** What is known of decisions at the desk, by their keys. */
  async proposed(accountId: string, keys: readonly string[]): Promise<ReadonlyMap<string, Partial<CycleDecision>>> {
    if (keys.length === 0) return new Map();
    const rows = await this.db.selectFrom('decisions').select(['decision_key', 'decision_id', 'status', 'order_id', 'intent', 'gate'])
      .where('account_id', '=', accountId).where('decision_key', 'in', keys).execute();
    return new Map(rows.map((row) => [row.decision_key, {
      decision_id: row.decision_id, status: row.status, quantity: row.intent === null ? 0 : Number((JSON.parse(row.intent) as { quantity: string }).quantity),
      ...(row.order_id !== null && { order_id: row.order_id }),
      ...(row.gate !== null && { gate: JSON.parse(row.gate) as { code: string; detail: string } }),
    }]));
  }

  /** Where the rules stood at the last cycle that said so. */
  async stances(agentId: string): Promise<Stances> {
    const row = await this.db.selectFrom('agent_cycles').select('inputs').where('agent_id', '=', agentId).where('inputs', 'is not', null)
      .orderBy('cycle', 'desc').limit(1).executeTakeFirst();
    return row ? (JSON.parse(row.inputs!) as { stances: Stances }).stances : {};
  }
}
