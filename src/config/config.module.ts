import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from './config.js';
import { LogLines } from './log-lines.js';
import type { Log } from './logger.js';

/** Injects the `Config`. */
export const CONFIG = Symbol('Config');
/** Injects the `Log`. */
export const LOG = Symbol('Log');
/** Injects the `LogLines`. */
export const LOG_LINES = Symbol('LogLines');

@Module({})
export class ConfigModule {
  static of(config: Config, log: Log, lines = new LogLines()): DynamicModule {
    return {
      module: ConfigModule,
      providers: [{ provide: CONFIG, useValue: config }, { provide: LOG, useValue: log }, { provide: LOG_LINES, useValue: lines }],
      exports: [CONFIG, LOG, LOG_LINES],
    };
  }
}
