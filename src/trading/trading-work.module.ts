import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { Market } from '../market/market.js';
import { RoomWriter } from '../rooms/room-writer.js';
import type { Database } from '../storage/database.js';
import { DATABASE } from '../storage/storage.module.js';
import { Agents } from './agents/agents.js';
import { Approvals } from './approvals/approvals.js';
import { Desks } from './desks.js';
import { SignalTargets } from './signal-targets.js';
import { Strategies } from './strategies/strategies.js';
import { TradingLease } from './trading-lease.js';
import { TradingWork, type Participant } from './trading-work.js';

/** They know their own past, and begin with what they hear first. */
const ofStrategies = (strategies: Strategies): Participant => ({
  tick: (symbol, price, volume, time) => strategies.tick({ symbol, price, volume, time }),
  candle: (symbol, interval, candle) => strategies.candle(symbol, interval, candle),
  signal: (signal) => strategies.signal(signal),
  closed: () => strategies.idle(),
});

/** What moves trading: the market, signals, and who takes part in it, in their order. */
@Module({})
export class TradingWorkModule {
  /** `imports`: configuration, storage, rooms, market, trading, approvals, strategies, agents. */
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: TradingWorkModule,
      imports: [...imports],
      providers: [{
        provide: TradingWork,
        inject: [CONFIG, DATABASE, LOG, Market, Desks, TradingLease, Approvals, Strategies, Agents, RoomWriter],
        useFactory: (
          { trading }: Config, { kysely }: Database, log: Log, market: Market, desks: Desks, lease: TradingLease,
          approvals: Approvals, strategies: Strategies, agents: Agents, writer: RoomWriter,
        ) => {
          const onFault = (error: unknown): void => log.error({ err: error }, 'Trading');
          const targets = new SignalTargets({
            db: kysely, writer, trading: desks, followers: trading.accounts.filter(({ followsSignals }) => followsSignals),
            onSignal: (signal) => work.signal(signal), isHeld: () => lease.isHeld(), onFault,
          });
          const work: TradingWork = new TradingWork({
            desks, targets, lease, participants: [approvals, ofStrategies(strategies), { time: (now) => agents.onTime(now) }], onFault,
            ticks: (symbol) => market.ownInterval(symbol) === null,
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
