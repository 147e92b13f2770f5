import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { openDatabase, type Database } from './database.js';

/** Injects the opened `Database`. */
export const DATABASE = Symbol('Database');

@Module({})
export class StorageModule implements OnApplicationShutdown {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  static of(configuration: DynamicModule): DynamicModule {
    return {
      module: StorageModule,
      imports: [configuration],
      providers: [{
        provide: DATABASE,
        inject: [CONFIG, LOG],
        useFactory: ({ storage }: Config, log: Log) => openDatabase({
          ...storage,
          onLockLost: (error) => {
            log.fatal({ err: error }, 'The lock on the database is lost: another node may start, so this one ends');
            process.kill(process.pid, 'SIGTERM');
          },
        }),
      }],
      exports: [DATABASE],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
