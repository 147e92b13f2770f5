import { Module, type DynamicModule } from '@nestjs/common';
import { LOG } from '../../config/config.module.js';
import type { Log } from '../../config/logger.js';
import { Market } from '../../market/market.js';
import { CLUSTER, type Cluster } from '../../storage/cluster.module.js';
import type { Database } from '../../storage/database.js';
import { DATABASE } from '../../storage/storage.module.js';
import { Trading } from '../../trading/trading.js';
import { Events } from '../events/event.js';
import { GroupStore } from '../group-store.js';
import { Answers } from './answers.js';
import { OrderUpdates } from './order-updates.js';
import { PostTrades } from './post-trades.js';
import { TradeOutcomes } from './trade-outcomes.js';
import { TradeRows } from './trade-rows.js';
import { TradeWork } from './trade-work.js';

const faults = (log: Log) => (error: unknown): void => log.error({ err: error }, 'What groups have asked to trade');

/** What groups ask to trade, and what they are told of it. */
@Module({})
export class TradesModule {
  /** `imports`: configuration, storage, cluster, market, trading, events of groups. */
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: TradesModule,
      imports: [...imports],
      providers: [
        Answers,
        { provide: TradeRows, inject: [DATABASE], useFactory: ({ kysely }: Database) => new TradeRows(kysely) },
        { provide: TradeOutcomes, inject: [TradeRows, Trading], useFactory: (rows: TradeRows, trading: Trading) => new TradeOutcomes(rows, trading) },
        {
          provide: OrderUpdates,
          inject: [DATABASE, TradeRows, GroupStore, Events, Trading, Answers, LOG],
          useFactory: ({ kysely }: Database, rows: TradeRows, groups: GroupStore, events: Events, trading: Trading, answers: Answers, log: Log) =>
            new OrderUpdates({ db: kysely, rows, groups, events, trading, answers, onFault: faults(log) }),
        },
        {
          provide: TradeWork,
          inject: [TradeRows, TradeOutcomes, OrderUpdates, Trading, Answers, CLUSTER, LOG],
          useFactory: (rows: TradeRows, outcomes: TradeOutcomes, updates: OrderUpdates, trading: Trading, answers: Answers, cluster: Cluster | null, log: Log) =>
            new TradeWork({ rows, outcomes, updates, trading, answers, channels: cluster?.channels ?? null, onFault: faults(log) }),
        },
        {
          provide: PostTrades,
          inject: [TradeRows, GroupStore, Events, Market, Trading, TradeOutcomes, TradeWork, Answers],
          useFactory: (rows: TradeRows, groups: GroupStore, events: Events, market: Market, trading: Trading, outcomes: TradeOutcomes, work: TradeWork, answers: Answers) =>
            new PostTrades({ rows, groups, events, market, trading, outcomes, work, answers }),
        },
      ],
      exports: [OrderUpdates, PostTrades, TradeWork],
    };
  }
}
