import { Module, type DynamicModule } from '@nestjs/common';
import { ModelCaller } from '../../analysts/llm/model-caller.js';
import type { Config } from '../../config/config.js';
import { CONFIG, LOG } from '../../config/config.module.js';
import type { Log } from '../../config/logger.js';
import { Market } from '../../market/market.js';
import { RoomWriter } from '../../rooms/room-writer.js';
import { Runs } from '../../signals/runs.js';
import { SignalStore } from '../../signals/signal-store.js';
import { CLUSTER, type Cluster } from '../../storage/cluster.module.js';
import type { Database } from '../../storage/database.js';
import { DATABASE } from '../../storage/storage.module.js';
import { EquityPoints } from '../portfolio/equity-points.js';
import { Trading } from '../trading.js';
import { AgentInputs } from './agent-inputs.js';
import { AgentStatistics } from './agent-statistics.js';
import { Agents } from './agents.js';
import { AgentsController } from './agents.controller.js';
import { ModelDecider } from './model-decider.js';
import { RulesDecider } from './rules-decider.js';

const FIRST_AFTER_MS = 10_000;

/** Trading agents and what they have made of their money. To be started after trading and the market: `EquityPoints.start()`, then `Agents.start()`. */
@Module({})
export class AgentsModule {
  /** `imports`: configuration, storage, cluster, rooms, market, analysts, signals, trading. */
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: AgentsModule,
      imports: [...imports],
      controllers: [AgentsController],
      providers: [
        {
          provide: EquityPoints,
          inject: [DATABASE, RoomWriter, Trading, LOG],
          useFactory: ({ kysely }: Database, writer: RoomWriter, trading: Trading, log: Log) => new EquityPoints({
            db: kysely, writer, trading, onError: (error) => log.error({ err: error }, 'What an account is worth could not be recorded; the next minute is'),
          }),
        },
        {
          provide: AgentStatistics,
          inject: [CONFIG, DATABASE, EquityPoints],
          useFactory: ({ retention: { equityDays, equityHourlyDays } }: Config, { kysely }: Database, points: EquityPoints) => new AgentStatistics(kysely, points, equityDays > 0 ? equityHourlyDays : 0),
        },
        {
          provide: AgentInputs,
          inject: [DATABASE, Market, SignalStore, Runs, LOG],
          useFactory: ({ kysely }: Database, market: Market, signals: SignalStore, runs: Runs, log: Log) => new AgentInputs({
            db: kysely, market, signals,
            ask: async (symbol, agentId) => {
              if (market.ownInterval(symbol) !== null) return; // each candle of a file has its run
              const ticket = runs.request(symbol, 'fast', { kind: 'request', subject: `agent:${agentId}` });
              await ticket.stored;
              await ticket.ended;
            },
            onError: (error) => log.warn({ err: error }, 'The panel could not be asked for an agent: it decides with what there is'),
          }),
        },
        {
          provide: Agents,
          inject: [CONFIG, DATABASE, RoomWriter, Trading, AgentInputs, ModelCaller, CLUSTER, LOG],
          useFactory: (
            { trading: { agents } }: Config, { kysely }: Database, writer: RoomWriter, trading: Trading, inputs: AgentInputs, caller: ModelCaller, cluster: Cluster | null, log: Log,
          ) => new Agents({
            agents, db: kysely, writer, trading, inputs, shared: cluster !== null, firstAfterMs: FIRST_AFTER_MS,
            deciderOf: ({ model }) => (model ? new ModelDecider(model, caller) : new RulesDecider()),
            onError: (error) => log.error({ err: error }, 'A cycle of an agent failed; the next one is tried'),
          }),
        },
      ],
      exports: [Agents, AgentStatistics, EquityPoints],
    };
  }
}
