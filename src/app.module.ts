import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { ModelCaller } from './analysts/llm/model-caller.js';
import { AnalystsModule } from './analysts/analysts.module.js';
import { RemoteModule } from './analysts/remote/remote.module.js';
import type { Config } from './config/config.js';
import { CONFIG, ConfigModule } from './config/config.module.js';
import type { LogLines } from './config/log-lines.js';
import type { Log } from './config/logger.js';
import { GatewayModule } from './gateway/gateway.module.js';
import { KnowledgeModule } from './knowledge/knowledge.module.js';
import { GroupsModule } from './groups/groups.module.js';
import { AnalysisRequests } from './market/analysis-requests.js';
import { JournalModule } from './journal/journal.module.js';
import type { Feed } from './market/feeds/feed.js';
import { Leadership } from './market/leadership.js';
import { MarketModule } from './market/market.module.js';
import { WatchModule } from './market/watch.module.js';
import { WatchedSymbols } from './market/watched-symbols.js';
import { OpsModule } from './ops/ops.module.js';
import { SweepingModule } from './ops/sweeping.module.js';
import { Hub } from './rooms/hub.js';
import { symbolRoom } from './rooms/names.js';
import { Peers } from './rooms/peers.js';
import { RoomsModule } from './rooms/rooms.module.js';
import { OutcomesModule } from './signals/outcomes/outcomes.module.js';
import { RequestedAnalyses } from './signals/requested-analyses.js';
import { Runs } from './signals/runs.js';
import { SignalsModule } from './signals/signals.module.js';
import { ClusterModule } from './storage/cluster.module.js';
import { StorageModule } from './storage/storage.module.js';
import { AgentControl } from './trading/agents/agent-control.js';
import { OwnAgentControl } from './trading/agents/agent-control.agents.js';
import { Agents } from './trading/agents/agents.js';
import { AgentsModule } from './trading/agents/agents.module.js';
import { AgentReflectionModel } from './trading/agents/reflection-model.js';
import { AssetsModule, REFLECTION_MODEL } from './trading/assets/assets.module.js';
import { ApprovalsModule } from './trading/approvals/approvals.module.js';
import { StrategiesModule } from './trading/strategies/strategies.module.js';
import { TradingModule } from './trading/trading.module.js';
import { TradingWorkModule } from './trading/trading-work.module.js';

class RoomsWatched extends WatchedSymbols {
  constructor(private readonly hub: Hub, private readonly peers: Peers) {
    super();
  }

  isWatched(symbol: string): boolean {
    return this.hub.hasMembers(symbolRoom(symbol)) || this.peers.watch(symbol);
  }
}

/** What the watch needs from further right. */
const watchPorts: Provider[] = [
  { provide: AnalysisRequests, inject: [Runs, Leadership], useFactory: (runs: Runs, leadership: Leadership) => new RequestedAnalyses(runs, leadership) },
  { provide: WatchedSymbols, inject: [Hub, Peers], useFactory: (hub: Hub, peers: Peers) => new RoomsWatched(hub, peers) },
];

/** What is shown of agents, and learnt of their trades, wants this of them. */
const agentPorts: Provider[] = [
  { provide: AgentControl, inject: [Agents], useFactory: (agents: Agents) => new OwnAgentControl(agents) },
  {
    provide: REFLECTION_MODEL,
    inject: [CONFIG, ModelCaller],
    useFactory: ({ trading: { reflection } }: Config, caller: ModelCaller) => reflection && new AgentReflectionModel(caller, reflection),
  },
];

@Module({})
export class AppModule {
  /** The modules in the order of the data. `feed` in place of the configured one, for benchmarks and tests. */
  static of(config: Config, log: Log, feed?: Feed, lines?: LogLines): DynamicModule {
    const configuration = ConfigModule.of(config, log, lines);
    const storage = StorageModule.of(configuration);
    const cluster = ClusterModule.of(configuration, storage);
    const rooms = RoomsModule.of(configuration, storage);
    const journal = JournalModule.of(configuration, storage);
    const knowledge = KnowledgeModule.of(configuration, storage);
    const market = MarketModule.of(configuration, cluster, feed);
    const remote = RemoteModule.of(configuration, storage, cluster);
    const analysts = AnalystsModule.of(configuration, cluster, rooms, journal, remote);
    const outcomes = OutcomesModule.of(configuration, storage, cluster, rooms, knowledge, market);
    const signals = SignalsModule.of(configuration, storage, cluster, rooms, journal, knowledge, market, analysts, outcomes);
    const approvals = ApprovalsModule.of(configuration, storage, cluster, rooms, market);
    const trading = TradingModule.of(configuration, storage, cluster, rooms, market, approvals);
    const strategies = StrategiesModule.of(configuration, rooms, market, trading);
    const agents = AgentsModule.of(configuration, storage, cluster, rooms, market, analysts, signals, trading);
    const assets = AssetsModule.of([configuration, storage, cluster, rooms, market, analysts, trading, agents], agentPorts);
    const work = TradingWorkModule.of(configuration, storage, rooms, market, trading, approvals, strategies, agents);
    const watch = WatchModule.of([configuration, rooms, market, signals], watchPorts);
    const groups = GroupsModule.of({ configuration, storage, cluster, rooms, journal, knowledge, market, analysts, trading });
    const gateway = GatewayModule.of(configuration, storage, cluster, rooms, journal, market, remote, analysts, signals, approvals, trading, agents, assets, groups, watch);
    const sweeping = SweepingModule.of(configuration, storage, cluster);
    const ops = OpsModule.of(configuration, storage, cluster, rooms, journal, market, remote, analysts, signals, trading, gateway);
    return { module: AppModule, imports: [configuration, storage, cluster, rooms, journal, knowledge, market, remote, analysts, outcomes, signals, approvals, trading, strategies, agents, assets, work, groups, watch, gateway, sweeping, ops] };
  }
}
