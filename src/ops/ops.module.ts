import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ModelCaller } from '../analysts/llm/model-caller.js';
import { RemoteSeats } from '../analysts/remote/remote-seats.js';
import { SHARED_SEATS } from '../analysts/remote/remote.module.js';
import type { SharedSeats } from '../analysts/remote/shared-seats.js';
import type { Config } from '../config/config.js';
import { CONFIG, LOG, LOG_LINES } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import type { LogLines } from '../config/log-lines.js';
import { DrainState } from '../gateway/drain-state.js';
import { FeedState } from '../gateway/feed-state.js';
import { Sessions } from '../gateway/sessions/sessions.js';
import { Status } from '../gateway/status.js';
import { WorkDone } from '../gateway/work-done.js';
import { SqlCallLog } from '../journal/call-log.sql.js';
import { CostLedger } from '../journal/costs.js';
import { Market } from '../market/market.js';
import { Hub } from '../rooms/hub.js';
import { ANALYSTS_ROOM } from '../rooms/names.js';
import { Peers } from '../rooms/peers.js';
import { Runs } from '../signals/runs.js';
import { CLUSTER, type Cluster } from '../storage/cluster.module.js';
import type { Database } from '../storage/database.js';
import type { RedisLink } from '../storage/redis.js';
import { DATABASE, REDIS } from '../storage/storage.module.js';
import { Desks } from '../trading/desks.js';
import { States } from '../trading/states.js';
import { ActivityPulse } from './activity-pulse.js';
import { tellArrivals } from './arrivals.js';
import { LogStream } from './log-stream.js';
import { Metrics } from './metrics.js';
import { Operations } from './operations.js';
import { OperationsController } from './operations.controller.js';
import { OpsController } from './ops.controller.js';
import { OpsPulse } from './ops-pulse.js';
import { OpsRoom } from './ops-room.js';

const providers: Provider[] = [
  {
    provide: Metrics,
    inject: [Sessions, Runs, Market, SqlCallLog, CostLedger],
    useFactory: (sessions: Sessions, runs: Runs, market: Market, calls: SqlCallLog, costs: CostLedger) => new Metrics(sessions, runs, market, calls, costs),
  },
  {
    provide: OpsRoom,
    inject: [Status, Hub, Peers, CLUSTER, RemoteSeats],
    useFactory: (status: Status, hub: Hub, peers: Peers, cluster: Cluster | null, seats: RemoteSeats) => {
      const room = new OpsRoom(status.node, hub, peers, cluster?.channels ?? null);
      tellArrivals({ room, peers, seats, tellAnalysts: (type, data) => hub.tell(ANALYSTS_ROOM, type, JSON.stringify(data)) });
      return room;
    },
  },
  { provide: LogStream, inject: [LOG_LINES, OpsRoom], useFactory: (lines: LogLines, room: OpsRoom) => new LogStream(lines, room, () => performance.now()) },
  {
    provide: Operations,
    inject: [CONFIG, Status, Sessions, DrainState, Runs, WorkDone, Market, FeedState, CostLedger, SqlCallLog, ModelCaller, RemoteSeats, SHARED_SEATS, DATABASE, REDIS, States, Desks, LogStream],
    useFactory: (
      { version, limits: { maxConnections } }: Config, status: Status, sessions: Sessions, drain: DrainState, runs: Runs, work: WorkDone, market: Market, feed: FeedState, costs: CostLedger,
      calls: SqlCallLog, caller: ModelCaller, remote: RemoteSeats, shared: SharedSeats | null, database: Database, redis: RedisLink | null, states: States, desks: Desks, log: LogStream,
    ) => new Operations({ version, maxConnections, status, sessions, drain, runs, work, market, feed, costs, calls, caller, remote, shared, database, redis, states, desks, log }),
  },
  { provide: ActivityPulse, inject: [Status, Hub], useFactory: (status: Status, hub: Hub) => new ActivityPulse(() => status.nodes(), hub) },
  {
    provide: OpsPulse,
    inject: [Operations, OpsRoom, LOG],
    useFactory: (operations: Operations, room: OpsRoom, to: Log) => new OpsPulse(operations, room, (error) => to.warn({ err: error }, 'How the server is doing could not be told')),
  },
];

@Module({})
export class OpsModule {
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: OpsModule,
      imports: [TerminusModule.forRoot({ errorLogStyle: 'json', logger: false }), ...imports],
      controllers: [OpsController, OperationsController],
      providers,
      exports: [OpsRoom],
    };
  }
}
