import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { Market } from '../market/market.js';
import type { Database } from '../storage/database.js';
import { DATABASE } from '../storage/storage.module.js';
import { Desks } from './desks.js';
import { SignalTargets } from './signal-targets.js';
import { TradingLease } from './trading-lease.js';
import { TradingWork } from './trading-work.js';

/** What moves trading: the market, signals, and who takes part in it, in their order. */
@Module({})
export class TradingWorkModule {
  /** `imports`: configuration, storage, market, trading, approvals, strategies, agents. */
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: TradingWorkModule,
      imports: [...imports],
      providers: [{
        provide: TradingWork,
        inject: [CONFIG, DATABASE, LOG, Market, Desks, TradingLease],
        useFactory: (
          { trading }: Config, { kysely }: Database, log: Log, market: Market, desks: Desks, lease: TradingLease,
        ) => {
          const onFault = (error: unknown): void => log.error({ err: error }, 'Trading');
          const targets = new SignalTargets({
            db: kysely, trading: desks, followers: trading.accounts.filter(({ followsSignals }) => followsSignals),
            onSignal: (signal) => work.signal(signal), isHeld: () => lease.isHeld(), onFault,
          });
          const work: TradingWork = new TradingWork({
            desks, targets, lease, participants: [], onFault,
            live: () => market.instruments.some(({ symbol }) => market.ownInterval(symbol) === null),
            onLead: (leads) => log.info(leads ? 'This node trades' : 'This node trades no more'),
          });
          return work;
        },
      }],
      exports: [TradingWork],
    };
  }
}
