import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { Market } from '../market/market.js';
import { RoomWriter } from '../rooms/room-writer.js';
import { CLUSTER, type Cluster } from '../storage/cluster.module.js';
import type { Database } from '../storage/database.js';
import { LeaseKeeper } from '../storage/lease-keeper.js';
import { DATABASE } from '../storage/storage.module.js';
import { AccountDirectory } from './account-directory.js';
import { AccountStore } from './account-store.js';
import { approvalPorts } from './approval-ports.js';
import { Approvals } from './approvals/approvals.js';
import { brokerOpener } from './brokers/open-broker.js';
import { Desks } from './desks.js';
import { OpeningStore } from './opening-store.js';
import { Prices } from './prices.js';
import { States } from './states.js';
import { TradingController } from './trading.controller.js';
import { TradingLease } from './trading-lease.js';
import { TradingReads } from './trading-reads.js';
import { Trading } from './trading.js';

/** Where nodes tell each other that a state, an approval or an agent has changed. */
export const TRADING_CHANNEL = 'trading';

@Module({})
export class TradingModule {
  /** `imports`: configuration, storage, cluster, rooms, market, approvals. */
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: TradingModule,
      imports: [...imports],
      controllers: [TradingController],
      providers: [
        { provide: AccountStore, inject: [DATABASE], useFactory: ({ kysely }: Database) => new AccountStore(kysely) },
        {
          provide: AccountDirectory,
          inject: [CONFIG, DATABASE, CLUSTER],
          useFactory: ({ roles, trading }: Config, { kysely }: Database, cluster: Cluster | null) => new AccountDirectory({
            db: kysely, config: trading, now: Date.now,
            closed: trading.broker === 'off' ? 'TRADING=off: nothing is traded here; start with TRADING=paper'
              : roles.has('trading') || cluster ? null : 'This node has not the role trading, and there is no other that could: add it to ROLES',
          }),
        },
        { provide: TradingReads, inject: [DATABASE], useFactory: ({ kysely }: Database) => new TradingReads(kysely) },
        { provide: States, inject: [DATABASE, RoomWriter], useFactory: ({ kysely }: Database, writer: RoomWriter) => new States(kysely, writer) },
        { provide: Prices, inject: [CONFIG, Market], useFactory: ({ trading }: Config, market: Market) => new Prices(market, trading.paper.halfSpread) },
        {
          provide: TradingLease,
          inject: [CONFIG, CLUSTER, LOG],
          useFactory: ({ roles, trading }: Config, cluster: Cluster | null, log: Log) => {
            const trades = roles.has('trading') && trading.broker !== 'off';
            const onError = (error: unknown): void => log.warn({ err: error }, 'The lease of trading');
            return new TradingLease(trades, cluster && { leases: cluster.leases, keeper: new LeaseKeeper({ leases: cluster.leases, name: TradingLease.NAME, holder: cluster.node, onError }) });
          },
        },
        {
          provide: Desks,
          inject: [CONFIG, DATABASE, Market, Prices, AccountDirectory, AccountStore, States, RoomWriter, Approvals, TradingLease, CLUSTER, LOG],
          useFactory: (
            { trading }: Config, { kysely }: Database, market: Market, prices: Prices, accounts: AccountDirectory, store: AccountStore, states: States, writer: RoomWriter,
            approvals: Approvals, lease: TradingLease, cluster: Cluster | null, log: Log,
          ) => {
            const desks = new Desks({
              config: trading, accounts, market, prices, store, openings: new OpeningStore(kysely), states, writer, approvals, lease,
              brokerFor: brokerOpener({ trading, db: kysely, market, log }),
              tell: (scope) => cluster?.channels.publish(TRADING_CHANNEL, scope),
              onFault: (error) => log.error({ err: error }, 'Trading'),
            });
            approvals.bind(approvalPorts(desks, states, store));
            return desks;
          },
        },
        { provide: Trading, useExisting: Desks },
      ],
      exports: [AccountDirectory, AccountStore, States, Prices, Desks, Trading, TradingLease],
    };
  }
}
