import { Module, type DynamicModule } from '@nestjs/common';
import { Panel } from '../analysts/panel.js';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { CallLog } from '../journal/call-log.js';
import { RunInputs } from '../journal/run-inputs.js';
import { recordedModels } from '../analysts/llm/model-analysts.js';
import { EffectiveVoters } from '../consensus/effective-voters.js';
import { Knowledge } from '../knowledge/knowledge.js';
import { Situations } from '../knowledge/situations.js';
import { Market } from '../market/market.js';
import { RoomLog } from '../rooms/room-log.js';
import { RoomWriter } from '../rooms/room-writer.js';
import type { Database } from '../storage/database.js';
import { CLUSTER, type Cluster } from '../storage/cluster.module.js';
import { DATABASE } from '../storage/storage.module.js';
import { ConsensusController } from './consensus.controller.js';
import { Outcomes } from './outcomes/outcomes.js';
import { Reruns } from './rerun.js';
import { RerunsController } from './reruns.controller.js';
import { RunRecord } from './run-record.js';
import { RunStore } from './run-store.js';
import { clusterRuns } from './cluster-runs.js';
import { RunWork } from './run-work.js';
import { Runs } from './runs.js';
import { LocalRuns } from './runs.local.js';
import { SharedRunStore } from './shared-run-store.js';
import { SignalFlow } from './signal.flow.js';
import { SignalStore } from './signal-store.js';
import { SignalsController } from './signals.controller.js';

/** Injects `SharedRunStore | null`; null: this node is alone. */
const SHARED_RUNS = Symbol('SharedRunStore');

@Module({})
export class SignalsModule {
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: SignalsModule,
      imports: [...imports],
      controllers: [SignalsController, ConsensusController, RerunsController],
      providers: [
        { provide: EffectiveVoters, useFactory: () => new EffectiveVoters() },
        { provide: AbortController, useFactory: () => new AbortController() },
        {
          provide: SHARED_RUNS,
          inject: [DATABASE, CLUSTER],
          useFactory: ({ kysely }: Database, cluster: Cluster | null) => cluster && new SharedRunStore(kysely, cluster.leases),
        },
        { provide: RunStore, inject: [DATABASE], useFactory: ({ kysely }: Database) => new RunStore(kysely) },
        {
          provide: SignalStore,
          inject: [DATABASE, RoomWriter, RunStore, Situations, Outcomes],
          useFactory: ({ kysely }: Database, writer: RoomWriter, runs: RunStore, situations: Situations, outcomes: Outcomes) =>
            new SignalStore(kysely, writer, runs, { situations, stored: (row) => outcomes.pend(row) }),
        },
        {
          provide: Reruns,
          inject: [CONFIG, RunInputs, CallLog],
          useFactory: (config: Config, inputs: RunInputs, calls: CallLog) => new Reruns(inputs, (runId) => recordedModels(config, calls, runId)),
        },
        {
          provide: SignalFlow,
          inject: [CONFIG, LOG, Market, Panel, EffectiveVoters, RoomWriter, RoomLog, RunStore, SignalStore, AbortController, SHARED_RUNS, Knowledge, CallLog, RunInputs],
          useFactory: (
            config: Config, to: Log, market: Market, panel: Panel, correlation: EffectiveVoters,
            writer: RoomWriter, log: RoomLog, runs: RunStore, signals: SignalStore, stop: AbortController, shared: SharedRunStore | null, knowledge: Knowledge,
            calls: CallLog, inputs: RunInputs,
          ) => new SignalFlow({
            ...(shared && { isMine: (tx, run) => shared.check(tx, run) }),
            market, knowledge, panel, correlation, writer, log, runs, signals,
            record: new RunRecord(calls, inputs, panel.seats, config),
            rules: config.consensus,
            horizonBars: config.market.horizonBars,
            giveUp: stop.signal,
            onFault: (error) => to.warn({ err: error }, 'Votes could not be said as they landed'),
          }),
        },
        {
          provide: Runs,
          inject: [CONFIG, SignalFlow, RunStore, RoomWriter, Market, AbortController, CLUSTER, SHARED_RUNS, LOG],
          useFactory: (
            { roles }: Config, flow: SignalFlow, store: RunStore, writer: RoomWriter, market: Market, giveUp: AbortController,
            cluster: Cluster | null, shared: SharedRunStore | null, log: Log,
          ): Runs | Promise<Runs> => {
            const onFault = (error: Error): void => log.error({ err: error }, error.message);
            const work = new RunWork(flow, onFault);
            if (!cluster || !shared) return new LocalRuns(work, store, writer, giveUp);
            return clusterRuns(cluster, shared, { work, giveUp, onFault, market, performs: roles.has('analyst') });
          },
        },
      ],
      exports: [Runs, SignalStore],
    };
  }
}
