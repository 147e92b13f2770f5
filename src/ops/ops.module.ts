import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { Sessions } from '../gateway/sessions/sessions.js';
import { SqlCallLog } from '../journal/call-log.sql.js';
import { CostLedger } from '../journal/costs.js';
import { Market } from '../market/market.js';
import { Runs } from '../signals/runs.js';
import { Metrics } from './metrics.js';
import { OpsController } from './ops.controller.js';

@Module({})
export class OpsModule {
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: OpsModule,
      imports: [TerminusModule.forRoot({ errorLogStyle: 'json', logger: false }), ...imports],
      controllers: [OpsController],
      providers: [{
        provide: Metrics,
        inject: [Sessions, Runs, Market, SqlCallLog, CostLedger],
        useFactory: (sessions: Sessions, runs: Runs, market: Market, calls: SqlCallLog, costs: CostLedger) => new Metrics(sessions, runs, market, calls, costs),
      }],
    };
  }
}
