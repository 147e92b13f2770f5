import { Module, type DynamicModule } from '@nestjs/common';
import { Panel } from '../analysts/panel.js';
import { AnalystTokens } from '../analysts/remote/analyst-tokens.js';
import { RemoteSeats } from '../analysts/remote/remote-seats.js';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { nodeName } from '../config/node-name.js';
import { SqlCallLog } from '../journal/call-log.sql.js';
import { FEED_LEASE } from '../market/feeds/cluster-feed.js';
import { GroupSessions } from '../groups/group-sessions.js';
import { GroupStore } from '../groups/group-store.js';
import { Leadership } from '../market/leadership.js';
import { Market } from '../market/market.js';
import { Watch } from '../market/watch.js';
import { symbolOf } from '../rooms/names.js';
import { FlushLoop } from '../rooms/flush-loop.js';
import { Hub } from '../rooms/hub.js';
import { Peers } from '../rooms/peers.js';
import { Presence } from '../rooms/presence.js';
import { RoomHistory } from '../rooms/room-history.js';
import { LogPages } from '../rooms/log-pages.js';
import { RoomLog } from '../rooms/room-log.js';
import { RoomWriter } from '../rooms/room-writer.js';
import { systemAlert } from '../rooms/system-alert.js';
import { Runs } from '../signals/runs.js';
import type { Database } from '../storage/database.js';
import type { RedisLink } from '../storage/redis.js';
import { CLUSTER, type Cluster } from '../storage/cluster.module.js';
import type { Leases } from '../storage/leases.js';
import { DATABASE, REDIS } from '../storage/storage.module.js';
import { AgentFeed } from '../trading/agents/agent-feed.js';
import { agentIds } from '../trading/agents/agent-ids.js';
import { AssetBoards } from '../trading/assets/asset-boards.js';
import { Assets } from '../trading/assets/assets.js';
import { AlertStore } from './alerts/alert-store.js';
import { Alerts } from './alerts/alerts.js';
import { Authenticator } from './auth/authenticator.js';
import { COMMANDS, commandTable, type CommandTable } from './commands/commands.js';
import { DrainState } from './drain-state.js';
import { FeedStaleness } from './feed-staleness.js';
import { FeedState, STALE_AFTER_MS } from './feed-state.js';
import { MessagesController } from './history/messages.controller.js';
import { AnalyzeController } from './http/analyze.controller.js';
import { ApprovalsController } from './http/approvals.controller.js';
import { TradingStateController } from './http/trading-state.controller.js';
import { ConnectionLimits } from './limits/connection-limits.js';
import { HttpAnalyzeLimit } from './limits/http-analyze-limit.js';
import { FirstAnalyses } from './sessions/first-analyses.js';
import { Sessions } from './sessions/sessions.js';
import { Snapshots } from './sessions/snapshots.js';
import { Visits } from './sessions/visits.js';
import { SignalsGateway } from './socketio/signals.gateway.js';
import { Status } from './status.js';
import { WorkDone } from './work-done.js';
import { AgentsEndpoint } from './websocket/agents.endpoint.js';
import { AnalystsEndpoint } from './websocket/analysts.endpoint.js';
import { DashboardEndpoint } from './websocket/dashboard.endpoint.js';
import { EventsEndpoint } from './websocket/events.endpoint.js';
import { SignalsEndpoint } from './websocket/signals.endpoint.js';
import { StreamEndpoint } from './websocket/stream.endpoint.js';

/** Where nodes tell each other that alerts have changed. */
export const ALERTS_CHANNEL = 'alerts';

/** Reports a fault that no client can do anything about. */
const faults = (log: Log) => (error: Error): void => log.error({ err: error }, 'The gateway');

@Module({})
export class GatewayModule {
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: GatewayModule,
      imports: [...imports],
      controllers: [AnalyzeController, MessagesController, TradingStateController, ApprovalsController],
      providers: [
        { provide: DrainState, inject: [CONFIG], useFactory: ({ roles }: Config) => new DrainState(roles.has('gateway')) },
        {
          provide: FeedState,
          inject: [Market, CONFIG],
          // a simulated feed may tick seldom
          useFactory: (market: Market, { feed }: Config) => new FeedState(market, Math.max(STALE_AFTER_MS, feed.kind === 'simulated' ? 3 * feed.simTickMs : 0)),
        },
        {
          provide: FeedStaleness,
          inject: [FeedState, Market, Leadership, RoomWriter, CLUSTER, LOG],
          useFactory: (state: FeedState, market: Market, leadership: Leadership, writer: RoomWriter, cluster: Cluster | null, to: Log) => new FeedStaleness({
            report: () => state.report(), now: () => market.now(), leads: () => leadership.leads(),
            say: (alert, messageId) => {
              const term = leadership.term();
              const store = cluster && term !== null ? { store: (tx: Parameters<Leases['check']>[0]) => cluster.leases.check(tx, { lease: FEED_LEASE, term }) } : {};
              return writer.say({ ...store, messages: systemAlert(alert, messageId) });
            },
            onError: (error) => to.error({ err: error }, 'The state of the feed could not be said'),
          }),
        },
        { provide: Authenticator, inject: [CONFIG], useFactory: ({ auth }: Config) => new Authenticator(auth) },
        { provide: ConnectionLimits, inject: [CONFIG, Peers], useFactory: ({ limits }: Config, peers: Peers) => new ConnectionLimits(limits, peers) },
        {
          provide: HttpAnalyzeLimit,
          inject: [CONFIG, REDIS],
          useFactory: ({ limits }: Config, redis: RedisLink | null) => new HttpAnalyzeLimit(limits.analyzePerMinute, redis?.commands),
        },
        { provide: Sessions, inject: [CONFIG, Hub], useFactory: ({ limits }: Config, hub: Hub) => new Sessions(limits, hub) },
        {
          provide: FirstAnalyses,
          inject: [Watch, Hub],
          useFactory: (watch: Watch, hub: Hub) => new FirstAnalyses((room) => {
            const symbol = symbolOf(room);
            if (symbol !== null) watch.firstSubscription(symbol);
          }, (room) => hub.hasMembers(room)),
        },
        {
          provide: Visits,
          inject: [CONFIG, LOG, Sessions, FlushLoop, Authenticator, Hub, RoomLog, Market, FeedState, FirstAnalyses, { token: AgentFeed, optional: true }],
          useFactory: (
            config: Config, to: Log, sessions: Sessions, loop: FlushLoop, authenticator: Authenticator,
            hub: Hub, log: RoomLog, market: Market, feed: FeedState, first: FirstAnalyses, agents?: AgentFeed,
          ) => new Visits({
            config, sessions, loop, authenticator, feed,
            subscriptions: {
              hub, log, pages: new LogPages(log),
              snapshots: new Snapshots(market, agents ?? null),
              maxRooms: config.limits.maxSubscriptions,
              onFirst: (rooms) => first.of(rooms),
            },
            onFault: faults(to),
          }),
        },
        { provide: WorkDone, inject: [Runs, SqlCallLog], useFactory: (runs: Runs, calls: SqlCallLog) => new WorkDone(runs, calls) },
        {
          provide: Status,
          inject: [CONFIG, Panel, Sessions, Hub, Runs, WorkDone, FeedState, ConnectionLimits, Peers, REDIS, RemoteSeats],
          useFactory: (
            { version }: Config, panel: Panel, sessions: Sessions, hub: Hub, runs: Runs, work: WorkDone, feed: FeedState,
            connections: ConnectionLimits, peers: Peers, redis: RedisLink | null, remote: RemoteSeats,
          ) => new Status({ node: nodeName(), version, analysts: () => panel.seats.length + remote.present().length, sessions, hub, runs, work, feed, connections, peers, redis }),
        },
        {
          provide: Presence,
          inject: [REDIS, Peers, Status],
          useFactory: (redis: RedisLink | null, peers: Peers, status: Status) => (redis ? new Presence({ redis, peers, counts: () => status.counts() }) : null),
        },
        {
          provide: Alerts,
          inject: [DATABASE, LOG, RoomWriter, RoomHistory, RoomLog, Market, CLUSTER],
          useFactory: ({ kysely }: Database, to: Log, writer: RoomWriter, history: RoomHistory, log: RoomLog, market: Market, cluster: Cluster | null) =>
            new Alerts({
              store: new AlertStore(kysely), writer, history, log, market,
              onChange: () => cluster?.channels.publish(ALERTS_CHANNEL, ''),
              onFault: faults(to),
            }),
        },
        {
          provide: COMMANDS,
          inject: [CONFIG, Market, Hub, RoomLog, RoomHistory, Alerts, Runs, Panel, Authenticator, Visits, Status, GroupStore],
          useFactory: (
            { trading }: Config, market: Market, hub: Hub, log: RoomLog, history: RoomHistory, alerts: Alerts,
            runs: Runs, panel: Panel, authenticator: Authenticator, visits: Visits, status: Status, groups: GroupStore,
          ) => commandTable({
            agents: agentIds(trading), groupExists: async (id) => await groups.find(id) !== null, market, hub, log, history, alerts, runs, panel, authenticator, visits, status,
          }),
        },
        SignalsGateway,
        {
          provide: SignalsEndpoint,
          inject: [Visits, COMMANDS, Market, LOG],
          useFactory: (visits: Visits, table: CommandTable, market: Market, log: Log) => new SignalsEndpoint({ visits, table, market, onFault: faults(log) }),
        },
        {
          provide: AnalystsEndpoint,
          inject: [Visits, AnalystTokens, RemoteSeats, LOG],
          useFactory: (visits: Visits, tokens: AnalystTokens, seats: RemoteSeats, to: Log) => new AnalystsEndpoint({ visits, tokens, seats, onFault: faults(to) }),
        },
        {
          provide: AgentsEndpoint,
          inject: [CONFIG, Visits, LOG],
          useFactory: ({ trading }: Config, visits: Visits, to: Log) => new AgentsEndpoint({ visits, agents: agentIds(trading), onFault: faults(to) }),
        },
        {
          provide: DashboardEndpoint,
          inject: [Visits, LOG, { token: Assets, optional: true }, { token: AssetBoards, optional: true }],
          useFactory: (visits: Visits, to: Log, assets?: Assets, boards?: AssetBoards) => new DashboardEndpoint({ visits, assets: assets ?? null, boards: boards ?? null, onFault: faults(to) }),
        },
        {
          provide: EventsEndpoint,
          inject: [Visits, GroupSessions, LOG],
          useFactory: (visits: Visits, sessions: GroupSessions, to: Log) => new EventsEndpoint({ visits, sessions, onFault: faults(to) }),
        },
        { provide: StreamEndpoint, inject: [Visits, Market], useFactory: (visits: Visits, market: Market) => new StreamEndpoint({ visits, market }) },
      ],
      exports: [Alerts, DrainState, FeedState, Authenticator, ConnectionLimits, Presence, Sessions, Status, WorkDone, SignalsEndpoint, StreamEndpoint, AnalystsEndpoint, AgentsEndpoint, DashboardEndpoint, EventsEndpoint],
    };
  }
}
