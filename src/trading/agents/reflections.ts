import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { AgentConfig } from '../../config/config.js';
import { agentRoom } from '../../rooms/names.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import type { Schema } from '../../storage/schema.js';
import type { ReflectionsTable } from '../../storage/trading-schema.js';
import { ClosedTradeQueue } from '../closed-trade-queue.js';
import type { TradeEnd, Trading } from '../trading.js';
import { factualReflection, type ReflectionText } from './factual-reflection.js';
import type { ReflectionStore } from './reflection-store.js';
import { reflectionOnWire } from './reflection-wire.js';
import { reviewOf, type TradeReview } from './trade-review.js';

/** A language model that looks back, for agents that have one. */
export interface ReflectionModel {
  /** Never rejects: what is no reflection says why. */
  reflect(agent: AgentConfig, review: TradeReview, signal: AbortSignal): Promise<ReflectionText | { readonly failed: string }>;
}

export interface ReflectionsNeeds {
  readonly db: Kysely<Schema>;
  readonly agents: readonly AgentConfig[];
  readonly trading: Pick<Trading, 'holds' | 'listen'>;
  readonly writer: Pick<RoomWriter, 'say'>;
  readonly store: ReflectionStore;
  /** null: facts alone. */
  readonly model: ReflectionModel | null;
  /** A trade is reflected on: its agent may look different. */
  readonly onReflected: (agentId: string) => void;
  readonly onFault: (error: unknown) => void;
}

/** Beside the agents' accounts. */
const MAIN = 'main';

/**
 * After each closed trade: what was thought, what happened, what to change. Facts are written before the event is done
 * with, so that a replayed file says them in one order; a model is asked behind, one trade after the other.
 */
export class Reflections {
  private readonly byAccount: ReadonlyMap<string, AgentConfig>;
  private readonly queue: ClosedTradeQueue;
  private readonly ended = new AbortController();

  constructor(private readonly needs: ReflectionsNeeds) {
    this.byAccount = new Map(needs.agents.map((agent) => [agent.accountId, agent]));
    this.queue = new ClosedTradeQueue({
      pending: async (after, limit) => {
        const accounts = [...this.byAccount.keys(), MAIN].filter((id) => needs.trading.holds(id));
        return accounts.length === 0 ? [] : needs.store.pending(accounts, after, limit);
      },
      meet: (end) => this.closed(end), take: (end) => this.reflect(end, this.byAccount.get(end.accountId) ?? null), onFault: needs.onFault, signal: this.ended.signal,
    });
    needs.trading.listen({ closed: (end) => this.closed(end) });
  }

  /** Takes up trades without a reflection, of accounts that this node trades. */
  async start(): Promise<void> {
    await this.queue.begin();
  }

  /** Ends the call of a model that is under way: its trade is taken up at the next start. */
  async stop(): Promise<void> {
    this.ended.abort();
    await this.idle();
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.queue.idle();
  }

  /** Resolves once facts are stored; a model is not waited for. */
  async closed(end: TradeEnd): Promise<void> {
    const agent = this.byAccount.get(end.accountId) ?? null;
    if (agent === null && end.accountId !== MAIN) return;
    if (agent?.model && this.needs.model) this.queue.add(end);
    else await this.reflect(end, agent);
  }

  private async reflect(end: TradeEnd, agent: AgentConfig | null): Promise<void> {
    const { db, store, model, writer, onReflected } = this.needs;
    if (await store.has(end.tradeId)) return;
    const review = await reviewOf(db, end, agent?.id ?? null);
    const said = agent?.model && model ? await model.reflect(agent, review, this.ended.signal) : null;
    if (this.ended.signal.aborted && said && 'failed' in said) return;
    const { text, source } = textOf(review, said, agent);
    const row: ReflectionsTable = {
      reflection_id: idOf(end.tradeId), account_id: end.accountId, agent_id: agent?.id ?? null, symbol: end.trade.symbol, trade_id: end.tradeId,
      source, ...text, outcome_return: review.outcomeReturn, at: end.trade.closedAt,
    };
    await writer.say({
      store: (tx) => store.add(tx, row),
      messages: agent ? [{ room: agentRoom(agent.id), messageId: `reflection:${end.tradeId}`, type: 'reflection', body: JSON.stringify(reflectionOnWire(row)), marketTime: row.at }] : [],
    });
    if (agent) onReflected(agent.id);
  }
}

function textOf(review: TradeReview, said: ReflectionText | { readonly failed: string } | null, agent: AgentConfig | null): { text: ReflectionText; source: string } {
  if (said && !('failed' in said)) return { text: { thought: said.thought, happened: said.happened, change: said.change }, source: `model:${agent!.model!.model}` };
  const facts = factualReflection(review);
  if (!said) return { text: facts, source: 'facts' };
  return { text: { ...facts, happened: `${facts.happened} (The model could not reflect: ${said.failed})` }, source: 'facts' };
}

/** The same for the same trade, in the form of a UUID (version 8). */
function idOf(tradeId: string): string {
  const hex = createHash('sha256').update(`reflection:${tradeId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
