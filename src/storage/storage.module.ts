import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { openDatabase, type Database } from './database.js';
import { openRedis, type RedisLink, type RedisReports } from './redis.js';

/** Injects the opened `Database`. */
export const DATABASE = Symbol('Database');
/** Injects the `RedisLink`, or null where this node is alone. */
export const REDIS = Symbol('Redis');

@Module({})
export class StorageModule implements OnApplicationShutdown {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(REDIS) private readonly redis: RedisLink | null,
  ) {}

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
      }, {
        provide: REDIS,
        inject: [CONFIG, LOG],
        useFactory: ({ storage: { redisUrl } }: Config, log: Log) => (redisUrl === null ? null : openRedis(redisUrl, reportsTo(log))),
      }],
      exports: [DATABASE, REDIS],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    this.redis?.close();
    await this.database.close();
  }
}

const reportsTo = (log: Log): RedisReports => ({
  onLost: (error) => log.error({ err: error }, 'Redis is away: this node goes on alone, and is not ready'),
  onBack: () => log.info('Redis is back, and what it lost is read from the log'),
  onFault: (error) => log.error({ err: error }, error.message),
});
