import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from './config.js';
import type { Log } from './logger.js';

/** Injects the `Config`. */
export const CONFIG = Symbol('Config');
/** Injects the `Log`. */
export const LOG = Symbol('Log');

@Module({})
export class ConfigModule {
  static of(config: Config, log: Log): DynamicModule {
    return {
      module: ConfigModule,
      providers: [{ provide: CONFIG, useValue: config }, { provide: LOG, useValue: log }],
      exports: [CONFIG, LOG],
    };
  }
}
