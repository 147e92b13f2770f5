import { cut } from '../../analysts/llm/quoted-data.js';
import type { AgentConfig } from '../../config/config.js';
import { CodedError } from '../../model/codes.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import type { AgentsTable } from '../../storage/trading-schema.js';
import type { AccountView, Trading } from '../trading.js';
import type { AgentInputs } from './agent-inputs.js';
import { decisionMessage, statusMessage } from './agent-messages.js';
import { agentProposal, feasible } from './agent-proposal.js';
import { CycleTaken, type AgentStore } from './agent-store.js';
import { cycleId, wait, type AgentDecision, type CycleInputs, type Decided, type Decider, type Stances } from './decider.js';
import { decisionRecord, inputsRecord, stancesAfter, type Followed } from './decision-record.js';
import { interruptedCycles } from './interrupted.js';
import { restriction, type AgentState } from './wire.js';

export interface RunnerNeeds {
  /** Market milliseconds before the very first cycle, so that who connects at the start sees it. */
  readonly firstAfterMs: number;
  readonly config: AgentConfig;
  readonly decider: Decider;
  readonly trading: Trading;
  readonly inputs: AgentInputs;
  readonly store: AgentStore;
  readonly writer: RoomWriter;
  /** Aborts: models are asked no more, and a database that is away is waited for no more. */
  readonly giveUp: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** Market milliseconds until something that was not possible is tried again. */
const AGAIN_MS = 1000;
const LONGEST_TEXT = 4000;

/** The cycles of one agent: one after the other, by market time, on the node that trades its account. */
export class AgentRunner {
  #row: AgentsTable;
  #work: Promise<void> | null = null;
  /** This node has taken over what the one before left. */
  #taken = false;
  #warm = false;
  #triedAt: number | null = null;
  /** Market time at which it was first asked. */
  #seenAt: number | null = null;
  #stances: Stances = {};

  constructor(private readonly needs: RunnerNeeds, row: AgentsTable) {
    this.#row = row;
  }

  get config(): AgentConfig {
    return this.needs.config;
  }

  get row(): AgentsTable {
    return this.#row;
  }

  /** The row as it is in the database. */
  see(row: AgentsTable): void {
    this.#row = row;
  }

  /** Resolves when the cycle that is due, or under way, is done; null: there is none. Cheap where nothing is due. Never rejects. */
  onTime(now: number): Promise<void> | null {
    if (this.#work) return this.#work;
    if (!this.#due(now)) return null;
    this.#triedAt = now;
    this.#work = this.#turn(now).catch((error: unknown) => this.#failed(error)).finally(() => { this.#work = null; });
    return this.#work;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#work;
  }

  state(row: AgentsTable = this.#row): AgentState {
    const { config, decider } = this.needs;
    const account = this.#account();
    return {
      agentId: config.id, paused: row.paused === 1, cycleCount: row.cycle_count, lastDecisionAt: row.last_decision_at, intervalS: row.interval_s,
      decidedBy: decider.name, error: row.last_error, state: account?.state.state ?? null,
      reason: row.paused === 1 ? row.pause_reason : account ? restriction(account) : 'Trading does not know its account on this server',
    };
  }

  #account(): AccountView | null {
    try {
      return this.needs.trading.account(this.config.accountId);
    } catch (error) {
      if (error instanceof CodedError) return null;
      throw error;
    }
  }

  #due(now: number): boolean {
    if (!this.needs.trading.holds(this.config.accountId)) {
      this.#taken = false;
      return false;
    }
    if (this.needs.giveUp.aborted) return false;
    if (this.#triedAt !== null && now >= this.#triedAt && now - this.#triedAt < AGAIN_MS) return false;
    return !this.#taken || this.#cycleDue(now);
  }

  /** A file that begins anew has an earlier time than the last cycle: it is not waited for. */
  #cycleDue(now: number): boolean {
    const { paused, last_cycle_at: last, interval_s: seconds } = this.#row;
    if (paused === 1) return false;
    if (last === null) return now - (this.#seenAt ??= now) >= this.needs.firstAfterMs;
    return now - last >= seconds * 1000 || now < last - seconds * 1000;
  }

  async #turn(now: number): Promise<void> {
    const { store, inputs, config } = this.needs;
    this.#row = await store.row(config.id);
    if (!this.#taken) await this.#take(now);
    if (!this.#cycleDue(now)) return;
    this.#warm ||= await inputs.warm(config);
    if (this.#warm) await this.#cycle(now);
  }

  async #take(now: number): Promise<void> {
    const { store, config } = this.needs;
    await interruptedCycles(this.needs, (error) => this.state({ ...this.#row, last_error: error }), now);
    this.#row = await store.row(config.id);
    this.#stances = await store.stances(config.id);
    this.#taken = true;
  }

  async #cycle(asOf: number): Promise<void> {
    const { config, decider, store, writer } = this.needs;
    const cycle = this.#row.cycle_count + 1;
    await writer.say({ store: (tx) => store.begin(tx, config.id, cycle, asOf, decider.name) });
    this.#row = { ...this.#row, cycle_count: cycle, last_cycle_at: asOf };
    const { inputs, decided } = await this.#decide(cycle, asOf);
    await this.#follow(inputs, decided);
  }

  /** What cannot be seen or decided is a cycle that does nothing, and says why. */
  async #decide(cycle: number, asOf: number): Promise<{ inputs: CycleInputs; decided: Decided }> {
    const { config, decider, inputs: sources, trading, giveUp } = this.needs;
    const known = { agent: config, cycle, asOf, before: this.#stances, account: trading.account(config.accountId), symbols: [], lessons: [] };
    const stop = new AbortController();
    const end = (): void => stop.abort(giveUp.reason);
    giveUp.addEventListener('abort', end, { once: true });
    try {
      const inputs = { ...known, ...await sources.of(config, asOf) };
      return { inputs, decided: await decider.decide(inputs, stop.signal) };
    } catch (error) {
      this.needs.onError(error);
      const words = error instanceof Error ? error.message : String(error);
      return { inputs: known, decided: { reasoning: words, decisions: config.symbols.map((symbol) => wait(symbol, words)), error: words, stances: this.#stances } };
    } finally {
      giveUp.removeEventListener('abort', end);
    }
  }

  async #follow(seen: CycleInputs, decided: Decided): Promise<void> {
    const { config, decider, store, writer, trading, giveUp } = this.needs;
    const { cycle, asOf } = seen;
    const inputs = { ...seen, account: trading.account(config.accountId) }; // it may have changed while a model thought
    const paused = await this.#pausedMeanwhile();
    const planned = decided.decisions.map((wanted) => ({ wanted, done: feasible(paused ? stopped(wanted) : wanted, inputs) }));
    const restricted = restriction(inputs.account);
    const reasoning = cut(`${decider.name}: ${[restricted && `${restricted}; only what reduces is done.`, decided.reasoning].filter(Boolean).join(' ')}`, LONGEST_TEXT);
    const plan = planned.map(({ done }) => decisionRecord(done, null));
    if (planned.some(({ done }) => agentProposal(done, inputs))) {
      await writer.sayUntilStored({ store: (tx) => store.update(tx, config.id, cycle, { status: 'decided', reasoning, decisions: JSON.stringify(plan) }) }, giveUp);
    }
    const followed = new Map<AgentDecision, Followed>();
    for (const { done } of closesFirst(planned)) followed.set(done, await this.#propose(done, inputs));
    const records = planned.map(({ done }) => decisionRecord(done, followed.get(done) ?? null));
    const failures = records.flatMap(({ symbol, error }) => (error === undefined ? [] : [`${symbol}: ${error}`]));
    const said = decided.error ?? (failures.length > 0 ? failures.join('; ') : null);
    const error = said && cut(said, LONGEST_TEXT); // servers say what no database takes
    this.#stances = stancesAfter(decided.stances, seen.before, planned.map((each) => ({ ...each, followed: followed.get(each.done) ?? null })));
    const row = { ...this.#row, last_decision_at: asOf, last_error: error };
    await writer.sayUntilStored({
      store: async (tx) => {
        await store.update(tx, config.id, cycle, {
          status: decided.error === null ? 'done' : 'failed', reasoning, error, decisions: JSON.stringify(records), inputs: JSON.stringify(inputsRecord(seen, this.#stances)),
        });
        await store.decided(tx, config.id, asOf, error);
      },
      messages: [decisionMessage(config.id, cycle, asOf, reasoning, records), statusMessage(this.state(row), `${cycleId(config.id, cycle)}:status`, asOf)],
    }, giveUp);
    this.#row = { ...this.#row, last_decision_at: asOf, last_error: error };
  }

  async #pausedMeanwhile(): Promise<boolean> {
    this.#row = await this.needs.store.row(this.config.id).catch(() => this.#row); // the desk refuses what a database that is away cannot store
    return this.#row.paused === 1;
  }

  async #propose(decision: AgentDecision, inputs: CycleInputs): Promise<Followed> {
    const proposal = agentProposal(decision, inputs);
    if (!proposal) return null;
    try {
      return { proposed: await this.needs.trading.propose(proposal) };
    } catch (error) {
      if (!(error instanceof CodedError)) this.needs.onError(error);
      return { failed: error instanceof CodedError ? `${error.code}: ${error.message}` : String(error) };
    }
  }

  async #failed(error: unknown): Promise<void> {
    if (!(error instanceof CycleTaken)) {
      this.needs.onError(error);
      this.#taken = false; // the next turn closes what this one left open
    }
    this.#row = await this.needs.store.row(this.config.id).catch(() => this.#row);
  }
}

const stopped = (wanted: AgentDecision): AgentDecision =>
  (wanted.action === 'hold' || wanted.action === 'wait' ? wanted : wait(wanted.symbol, `paused while it was decided (wanted ${wanted.action}: ${wanted.reason})`));

/** What a close gives back, an opening may need. */
const closesFirst = (planned: readonly { readonly done: AgentDecision }[]): readonly { readonly done: AgentDecision }[] =>
  [...planned].sort((a, b) => Number(a.done.action.startsWith('open')) - Number(b.done.action.startsWith('open')));
