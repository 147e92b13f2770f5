import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { nodeName } from '../config/node-name.js';
import { isSettled } from '../consensus/settled.js';
import { Budget } from '../journal/budget.js';
import { CallLog } from '../journal/call-log.js';
import { Peers } from '../rooms/peers.js';
import { CLUSTER, type Cluster } from '../storage/cluster.module.js';
import type { Analyst } from './analyst.js';
import { ruleAnalystsFrom } from './analysts-from-seats.js';
import { AnalystsController } from './analysts.controller.js';
import { ModelCaller } from './llm/model-caller.js';
import { modelAnalysts, type Models } from './llm/model-analysts.js';
import { Panel } from './panel.js';
import { PanelStatistics } from './panel-statistics.js';
import { RemoteSeats } from './remote/remote-seats.js';

/** Injects `Models`. */
const MODELS = Symbol('Models');

@Module({})
export class AnalystsModule {
  static of(configuration: DynamicModule, cluster: DynamicModule, rooms: DynamicModule, journal: DynamicModule, remote: DynamicModule): DynamicModule {
    return {
      module: AnalystsModule,
      imports: [configuration, cluster, rooms, journal, remote],
      controllers: [AnalystsController],
      providers: [
        {
          provide: MODELS,
          inject: [CONFIG, LOG, CallLog, Budget],
          useFactory: (config: Config, to: Log, log: CallLog, budget: Budget): Models => modelAnalysts(config, {
            log, budget,
            onFault: (error) => to.error({ err: error }, 'A model call could not be booked or stored'),
            onBreaker: (provider, open) => (open ? to.warn({ provider }, 'A provider of models failed five times one after the other: it is left alone for a while') : to.info({ provider }, 'A provider of models answers again')),
          }),
        },
        { provide: ModelCaller, inject: [MODELS], useFactory: ({ caller }: Models) => caller },
        {
          provide: Panel,
          inject: [CONFIG, LOG, MODELS, RemoteSeats],
          useFactory: ({ panel, consensus }: Config, log: Log, { analysts, deliberation }: Models, remote: RemoteSeats) => new Panel(
            [...ruleAnalystsFrom(panel.seats.filter((seat) => seat.kind === 'rule')), ...analysts],
            panel.deadlineMs,
            () => performance.now(),
            ({ id }: Analyst, error) => log.warn({ err: error, analyst: id }, 'An analyst abstained'),
            { remote: () => remote.present(), deliberation, ...(panel.earlyStop && { isSettled: (votes, outstanding) => isSettled(votes, outstanding, consensus) }) },
          ),
        },
        {
          provide: PanelStatistics,
          inject: [Panel, CLUSTER, Peers],
          useFactory: (panel: Panel, cluster: Cluster | null, peers: Peers) => new PanelStatistics({
            panel, node: nodeName(), since: new Date().toISOString(), channels: cluster?.channels ?? null, others: () => peers.all.map(({ node }) => node),
          }),
        },
      ],
      exports: [Panel, PanelStatistics, ModelCaller],
    };
  }
}
