import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import type { Analyst } from './analyst.js';
import { ruleAnalystsFrom } from './analysts-from-seats.js';
import { AnalystsController } from './analysts.controller.js';
import { Panel } from './panel.js';

@Module({})
export class AnalystsModule {
  static of(configuration: DynamicModule): DynamicModule {
    return {
      module: AnalystsModule,
      imports: [configuration],
      controllers: [AnalystsController],
      providers: [{
        provide: Panel,
        inject: [CONFIG, LOG],
        useFactory: ({ panel }: Config, log: Log) => new Panel(
          ruleAnalystsFrom(panel.seats.filter((seat) => seat.kind === 'rule')),
          panel.deadlineMs,
          () => performance.now(),
          ({ id }: Analyst, error) => log.warn({ err: error, analyst: id }, 'An analyst abstained'),
        ),
      }],
      exports: [Panel],
    };
  }
}
