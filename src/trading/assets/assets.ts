import type { Kysely } from 'kysely';
import type { AgentConfig } from '../../config/config.js';
import type { Market } from '../../market/market.js';
import { CodedError } from '../../model/codes.js';
import { decimal } from '../../model/decimal.js';
import { instrumentKey } from '../../model/instrument.js';
import type { Interval } from '../../model/interval.js';
import type { AssetItem, AssetState } from '../../model/wire/trading.js';
import type { Schema } from '../../storage/schema.js';
import type { AgentControl } from '../agents/agent-control.js';
import type { AgentFeed } from '../agents/agent-feed.js';
import type { AgentStatistics } from '../agents/agent-statistics.js';
import type { ReflectionStore } from '../agents/reflection-store.js';
import { actionsOf, type AssetAction } from './asset-actions.js';
import { assetState, positionOf, totalPnl } from './asset-state.js';

export interface AssetsNeeds {
  readonly db: Kysely<Schema>;
  /** All; assets are those of their kind. */
  readonly agents: readonly AgentConfig[];
  readonly feed: Pick<AgentFeed, 'picture' | 'listen'>;
  readonly control: AgentControl;
  readonly market: Pick<Market, 'candles' | 'intervals' | 'interval' | 'lastPrice' | 'now' | 'source'>;
  readonly reflections: Pick<ReflectionStore, 'latestLessons'>;
  readonly statistics: Pick<AgentStatistics, 'performance'>;
}

const CHART: Interval = '1h';
const BARS = 30;
const CYCLES = 50;
const LESSONS = 3;

/** Symbols that an agent of their own trades, each on an account of its own. */
export class Assets {
  private readonly byKey: ReadonlyMap<string, AgentConfig>;

  constructor(private readonly needs: AssetsNeeds) {
    this.byKey = new Map(needs.agents.filter(({ kind }) => kind === 'asset').map((agent) => [instrumentKey(agent.symbols[0]!), agent]));
  }

  get symbols(): readonly string[] {
    return [...this.byKey.values()].map(symbolOf);
  }

  /** The asset's one spelling, by any. @throws CodedError NOT_FOUND */
  symbol(asked: string): string {
    return symbolOf(this.find(asked));
  }

  list(): Promise<readonly AssetItem[]> {
    return Promise.all([...this.byKey.values()].map((agent) => this.item(agent)));
  }

  /** @throws CodedError NOT_FOUND, NOT_READY */
  async state(asked: string): Promise<AssetState> {
    const agent = this.find(asked);
    const symbol = symbolOf(agent);
    const { market, feed, reflections, statistics } = this.needs;
    const interval = market.intervals(symbol).includes(CHART) ? CHART : market.interval(symbol);
    const picture = feed.picture(agent.id);
    if (!picture) throw new CodedError('NOT_READY', `The account of ${symbol} is not open yet on the node that trades it: try again`);
    const [performance, candles, actions, lessons] = await Promise.all([
      statistics.performance({ accountId: agent.accountId, initial: decimal(picture.initial), totals: { equity: decimal(picture.equity) } }),
      market.candles(symbol, interval, BARS), this.actions(agent.id, CYCLES), reflections.latestLessons(agent.accountId, symbol, LESSONS),
    ]);
    return assetState({ symbol, picture, performance, interval, candles, actions, lessons, source: market.source, now: market.now() });
  }

  /** Resolves once it is stored. `by`: the subject who asks. @throws CodedError NOT_FOUND, STORE_UNAVAILABLE */
  pause(asked: string, by: string): Promise<void> {
    return this.needs.control.pause(this.find(asked).id, by);
  }

  resume(asked: string, by: string): Promise<void> {
    return this.needs.control.resume(this.find(asked).id, by);
  }

  setInterval(asked: string, seconds: number, by: string): Promise<void> {
    return this.needs.control.setInterval(this.find(asked).id, seconds, by);
  }

  /** `heard` gets the symbol, after each change, at most four times a second. */
  listen(heard: (symbol: string) => void): void {
    const byId = new Map([...this.byKey.values()].map((agent) => [agent.id, symbolOf(agent)]));
    this.needs.feed.listen((agentId) => {
      const symbol = byId.get(agentId);
      if (symbol !== undefined) heard(symbol);
    });
  }

  private find(asked: string): AgentConfig {
    const agent = this.byKey.get(instrumentKey(asked));
    if (agent) return agent;
    const there = this.byKey.size === 0 ? 'there are none: see TRADING and assets in config/agents.yaml' : `there are ${this.symbols.join(', ')}`;
    throw new CodedError('NOT_FOUND', `${asked.slice(0, 40)} is no asset; ${there}`);
  }

  private async item(agent: AgentConfig): Promise<AssetItem> {
    const { market, feed, control } = this.needs;
    const symbol = symbolOf(agent);
    const picture = feed.picture(agent.id);
    const status = picture?.status ?? control.status(agent.id);
    const [last] = await this.actions(agent.id, 1);
    const position = picture?.positions[0];
    return {
      symbol, agent_id: agent.id, name: agent.name, paused: status.paused, interval: status.intervalS, price: market.lastPrice(symbol)?.price ?? null, source: market.source,
      position: position ? positionOf(position) : null,
      total_pnl: picture ? totalPnl(picture) : null,
      last_action: last ? { timestamp: new Date(last.at).toISOString(), action: last.action, message: last.message } : null,
    };
  }

  /** Newest first. */
  private async actions(agentId: string, cycles: number): Promise<readonly AssetAction[]> {
    const rows = await this.needs.db.selectFrom('agent_cycles').select(['as_of', 'error', 'reasoning', 'decisions'])
      .where('agent_id', '=', agentId).orderBy('cycle', 'desc').limit(cycles).execute();
    return actionsOf(rows);
  }
}

const symbolOf = ({ symbols }: AgentConfig): string => symbols[0]!;
