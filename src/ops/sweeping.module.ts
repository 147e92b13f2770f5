import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { RunRetention } from '../journal/run-retention.js';
import { CLUSTER, type Cluster } from '../storage/cluster.module.js';
import type { Database } from '../storage/database.js';
import { DATABASE } from '../storage/storage.module.js';
import { Sweeper, type Sweep } from '../storage/sweeper.js';
import { CycleRetention } from '../trading/agents/cycle-retention.js';
import { EquityThinning } from '../trading/portfolio/equity-thinning.js';

/** What grows and is not money goes after a while: all of it in one place, by one node. */
@Module({})
export class SweepingModule {
  /** `imports`: configuration, storage, cluster. */
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: SweepingModule,
      imports: [...imports],
      providers: [{
        provide: Sweeper,
        inject: [CONFIG, DATABASE, CLUSTER, LOG],
        useFactory: (config: Config, database: Database, cluster: Cluster | null, log: Log) =>
          new Sweeper({ sweeps: sweepsOf(config, database), cluster, onFault: (fault) => log.error({ err: fault }, fault.message) }),
      }],
      exports: [Sweeper],
    };
  }
}

function sweepsOf({ retention: { runDays, cycleDays, equityDays, equityHourlyDays }, models }: Config, { kysely }: Database): readonly Sweep[] {
  return [
    ...(runDays > 0 && models.mode !== 'replay' ? [new RunRetention(kysely, runDays)] : []), // a replay answers out of old calls
    ...(cycleDays > 0 ? [new CycleRetention(kysely, cycleDays)] : []),
    ...(equityDays > 0 ? [new EquityThinning(kysely, { allDays: equityDays, hourlyDays: equityHourlyDays })] : []),
  ];
}
