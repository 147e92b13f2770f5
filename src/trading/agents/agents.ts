import { v7 as timeOrderedId } from 'uuid';
import type { Kysely } from 'kysely';
import { cut } from '../../analysts/llm/quoted-data.js';
import type { AgentConfig } from '../../config/config.js';
import { CodedError } from '../../model/codes.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import type { Schema } from '../../storage/schema.js';
import type { AgentsTable } from '../../storage/trading-schema.js';
import type { FilledOrder, Trading } from '../trading.js';
import type { AgentInputs } from './agent-inputs.js';
import { statusMessage, tradeMessage } from './agent-messages.js';
import { AgentRunner } from './agent-runner.js';
import { AgentStore } from './agent-store.js';
import type { Decider } from './decider.js';
import { fillsSince } from './missed-trades.js';
import type { AgentState } from './wire.js';

export interface AgentsNeeds {
  readonly agents: readonly AgentConfig[];
  readonly deciderOf: (agent: AgentConfig) => Decider;
  readonly db: Kysely<Schema>;
  readonly writer: RoomWriter;
  readonly trading: Trading;
  readonly inputs: AgentInputs;
  /** Several nodes share the rows: they are read anew each second of market time. */
  readonly shared: boolean;
  readonly onError: (error: unknown) => void;
  /** Market milliseconds before an agent's very first cycle. */
  readonly firstAfterMs?: number;
}

export const [LEAST_INTERVAL_S, MOST_INTERVAL_S] = [60, 3600];
const READ_EVERY_MS = 1000;
const LONGEST_REASON = 200;

/** All trading agents, those of assets too. Their rows are the truth about who is paused, how often they run and how often they ran. */
export class Agents {
  readonly #store: AgentStore;
  readonly #runners = new Map<string, AgentRunner>();
  readonly #byAccount = new Map<string, AgentRunner>();
  readonly #listeners: ((agentId: string) => void)[] = [];
  readonly #giveUp = new AbortController();
  #readAt: number | null = null;
  #reading: Promise<void> | null = null;
  #stopped = false;

  constructor(private readonly needs: AgentsNeeds) {
    this.#store = new AgentStore(needs.db);
  }

  /** After trading and the market: makes rows for new agents, says what they are, and listens to trading. */
  async start(): Promise<void> {
    const { agents, trading, deciderOf, inputs, writer, onError, firstAfterMs = 0 } = this.needs;
    await this.#store.ensure(agents);
    const rows = new Map((await this.#store.all()).map((row) => [row.agent_id, row]));
    for (const config of agents) {
      const runner = new AgentRunner(
        { config, decider: deciderOf(config), trading, inputs, store: this.#store, writer, giveUp: this.#giveUp.signal, onError, firstAfterMs }, rows.get(config.id)!,
      );
      this.#runners.set(config.id, runner);
      this.#byAccount.set(config.accountId, runner);
    }
    trading.listen({ filled: (fill) => this.#filled(fill), state: (accountId) => this.#stateChanged(accountId) });
    for (const runner of this.#held()) {
      await this.#sayMissed(runner);
      await this.#say(runner, runner.row);
    }
  }

  /** Runs the cycles that are due at this market time; resolves when they are done, and those under way. Cheap where none is. Never rejects. */
  onTime(now: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    if (this.needs.shared && (this.#readAt === null || now < this.#readAt || now - this.#readAt >= READ_EVERY_MS)) {
      this.#readAt = now;
      this.#reading = this.#read().finally(() => { this.#reading = null; });
    }
    return this.#reading ? this.#reading.then(() => this.#run(now)) : this.#run(now);
  }

  /** All of them, in the configuration's order. */
  get known(): readonly AgentConfig[] {
    return this.needs.agents;
  }

  /** @throws CodedError NOT_FOUND with the ids that there are */
  config(agentId: string): AgentConfig {
    const found = this.needs.agents.find(({ id }) => id === agentId);
    if (found) return found;
    const ids = this.needs.agents.map(({ id }) => id).join(', ');
    throw new CodedError('NOT_FOUND', `There is no agent ${agentId.slice(0, 64)}: ${ids === '' ? 'config/agents.yaml has none' : `there are ${ids}`}`);
  }

  /** Out of the rows, on any node. For `agent_status`: `agentStatus(await agents.state(id))`. @throws CodedError NOT_FOUND */
  async state(agentId: string): Promise<AgentState> {
    const runner = this.#runner(agentId);
    return runner.state(await this.#store.row(agentId));
  }

  /** In the configuration's order. */
  async states(): Promise<readonly AgentState[]> {
    const rows = new Map((await this.#store.all()).map((row) => [row.agent_id, row]));
    return [...this.#runners.values()].map((runner) => runner.state(rows.get(runner.config.id) ?? runner.row));
  }

  /** As this node knows it: of another node's agents at most a second old. @throws CodedError NOT_FOUND, NOT_READY */
  seen(agentId: string): { readonly state: AgentState; readonly row: AgentsTable } {
    const runner = this.#runner(agentId);
    return { state: runner.state(runner.row), row: runner.row };
  }

  /** Runs after a cycle, a pause, another interval. */
  onChange(changed: (agentId: string) => void): void {
    this.#listeners.push(changed);
  }

  /** Newest first. @throws CodedError NOT_FOUND */
  async cycles(agentId: string, limit: number): ReturnType<AgentStore['cycles']> {
    return this.#store.cycles(this.config(agentId).id, limit);
  }

  /** Nothing is proposed any more; what it holds stays, with its protective orders. @throws CodedError NOT_FOUND */
  pause(agentId: string, reason = 'Paused by hand'): Promise<AgentState> {
    return this.#change(agentId, { paused: 1, pause_reason: cut(reason, LONGEST_REASON) });
  }

  /** @throws CodedError NOT_FOUND */
  resume(agentId: string): Promise<AgentState> {
    return this.#change(agentId, { paused: 0, pause_reason: null });
  }

  /** @throws CodedError NOT_FOUND, VALIDATION_ERROR outside of 60 to 3600 */
  async setInterval(agentId: string, seconds: number): Promise<AgentState> {
    if (!Number.isInteger(seconds) || seconds < LEAST_INTERVAL_S || seconds > MOST_INTERVAL_S) {
      const message = `must be a whole number of seconds, ${LEAST_INTERVAL_S} to ${MOST_INTERVAL_S}`;
      throw new CodedError('VALIDATION_ERROR', `interval_s: ${message}`, [{ path: 'interval_s', message }]);
    }
    return this.#change(agentId, { interval_s: seconds });
  }

  /** Begins no more cycles; those under way have `graceMs`, then models are asked no more and nothing is waited for. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    const timer = setTimeout(() => this.#giveUp.abort(), graceMs);
    await Promise.all([...this.#runners.values()].map((runner) => runner.idle()));
    clearTimeout(timer);
    this.#giveUp.abort();
  }

  async #run(now: number): Promise<void> {
    const work = [...this.#runners.values()].flatMap((runner) => runner.onTime(now)?.then(() => this.#changed(runner.config.id)) ?? []);
    if (work.length > 0) await Promise.all(work);
  }

  async #read(): Promise<void> {
    try {
      for (const row of await this.#store.all()) this.#runners.get(row.agent_id)?.see(row);
    } catch (error) {
      this.needs.onError(error);
    }
  }

  #changed(agentId: string): void {
    for (const changed of this.#listeners) changed(agentId);
  }

  #runner(agentId: string): AgentRunner {
    const runner = this.#runners.get(this.config(agentId).id);
    if (!runner) throw new CodedError('NOT_READY', 'The agents have not started yet: ask again');
    return runner;
  }

  #held(): readonly AgentRunner[] {
    return [...this.#runners.values()].filter(({ config }) => this.needs.trading.holds(config.accountId));
  }

  /** The row and the status that says so in one transaction. */
  async #change(agentId: string, values: Partial<Pick<AgentsTable, 'paused' | 'pause_reason' | 'interval_s'>>): Promise<AgentState> {
    const runner = this.#runner(agentId);
    const row = { ...await this.#store.row(agentId), ...values };
    await this.needs.writer.say({ store: (tx) => this.#store.set(tx, agentId, values), messages: [this.#status(runner, row)] });
    runner.see({ ...runner.row, ...values });
    this.#changed(agentId);
    return runner.state(row);
  }

  async #stateChanged(accountId: string | null): Promise<void> {
    for (const runner of this.#held()) {
      if (accountId === null || runner.config.accountId === accountId) await this.#say(runner, runner.row);
    }
  }

  #status(runner: AgentRunner, row: AgentsTable): ReturnType<typeof statusMessage> {
    return statusMessage(runner.state(row), `agent:${runner.config.id}:status:${timeOrderedId()}`, this.needs.trading.now());
  }

  async #say(runner: AgentRunner, row: AgentsTable): Promise<void> {
    await this.needs.writer.say({ messages: [this.#status(runner, row)] });
    this.#changed(runner.config.id);
  }

  async #filled(fill: FilledOrder): Promise<void> {
    const runner = this.#byAccount.get(fill.accountId);
    if (runner) await this.needs.writer.sayUntilStored({ messages: [tradeMessage(runner.config.id, fill)] }, this.#giveUp.signal);
  }

  /** Fills that a process stored and ended before it said them; what was said is not said again. */
  async #sayMissed({ config, row }: AgentRunner): Promise<void> {
    const fills = await fillsSince(this.needs.db, config.accountId, row.last_cycle_at ?? 0);
    if (fills.length > 0) await this.needs.writer.say({ messages: fills.map((fill) => tradeMessage(config.id, fill)) });
  }
}
