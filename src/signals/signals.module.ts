import { Module, type DynamicModule } from '@nestjs/common';
import { Panel } from '../analysts/panel.js';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { EffectiveVoters } from '../consensus/effective-voters.js';
import { Market } from '../market/market.js';
import { RoomLog } from '../rooms/room-log.js';
import { RoomWriter } from '../rooms/room-writer.js';
import type { Database } from '../storage/database.js';
import { DATABASE } from '../storage/storage.module.js';
import { ConsensusController } from './consensus.controller.js';
import { RunStore } from './run-store.js';
import { Runs } from './runs.js';
import { SignalFlow } from './signal.flow.js';
import { SignalStore } from './signal-store.js';
import { SignalsController } from './signals.controller.js';

@Module({})
export class SignalsModule {
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: SignalsModule,
      imports: [...imports],
      controllers: [SignalsController, ConsensusController],
      providers: [
        { provide: EffectiveVoters, useFactory: () => new EffectiveVoters() },
        { provide: AbortController, useFactory: () => new AbortController() },
        { provide: RunStore, inject: [DATABASE], useFactory: ({ kysely }: Database) => new RunStore(kysely) },
        {
          provide: SignalStore,
          inject: [DATABASE, RoomWriter, RunStore],
          useFactory: ({ kysely }: Database, writer: RoomWriter, runs: RunStore) => new SignalStore(kysely, writer, runs),
        },
        {
          provide: SignalFlow,
          inject: [CONFIG, LOG, Market, Panel, EffectiveVoters, RoomWriter, RoomLog, RunStore, SignalStore, AbortController],
          useFactory: (
            config: Config, to: Log, market: Market, panel: Panel, correlation: EffectiveVoters,
            writer: RoomWriter, log: RoomLog, runs: RunStore, signals: SignalStore, stop: AbortController,
          ) => new SignalFlow({
            market, panel, correlation, writer, log, runs, signals,
            rules: config.consensus,
            horizonBars: config.market.horizonBars,
            giveUp: stop.signal,
            onFault: (error) => to.warn({ err: error }, 'Votes could not be said as they landed'),
          }),
        },
        {
          provide: Runs,
          inject: [SignalFlow, RunStore, RoomWriter, AbortController, LOG],
          useFactory: (flow: SignalFlow, store: RunStore, writer: RoomWriter, stop: AbortController, log: Log) =>
            new Runs(flow, store, writer, stop, (error) => log.error({ err: error }, error.message)),
        },
      ],
      exports: [Runs, SignalStore],
    };
  }
}
