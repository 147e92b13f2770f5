import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import type { Channels } from './channels.js';
import type { Database } from './database.js';
import { Leases } from './leases.js';
import { DATABASE } from './storage.module.js';

/** What a node has where it is one of several. */
export interface Cluster {
  /** This process's name among them; never used again. */
  readonly node: string;
  readonly redis: Redis;
  /** Begins the name of every key and channel. */
  readonly prefix: string;
  readonly channels: Channels;
  readonly leases: Leases;
}

/** Injects `Cluster | null`; null: this node is alone. */
export const CLUSTER = Symbol('Cluster');
const PREFIX = 'conclave';

@Module({})
export class ClusterModule implements OnApplicationShutdown {
  constructor(@Inject(CLUSTER) private readonly cluster: Cluster | null) {}

  static of(configuration: DynamicModule, storage: DynamicModule): DynamicModule {
    return {
      module: ClusterModule,
      imports: [configuration, storage],
      providers: [{ provide: CLUSTER, inject: [CONFIG, DATABASE, LOG], useFactory: clusterOf }],
      exports: [CLUSTER],
    };
  }

  onApplicationShutdown(): void {
    this.cluster?.channels.close();
    this.cluster?.redis.disconnect();
  }
}

/** The client is loaded only where it is used. */
async function clusterOf({ storage: { redisUrl } }: Config, database: Database, log: Log): Promise<Cluster | null> {
  if (redisUrl === null) return null;
  const onError = (error: unknown): void => log.warn({ err: error }, 'Redis');
  const [{ Redis: Client }, { RedisChannels }] = await Promise.all([import('ioredis'), import('./channels.js')]);
  const redis = new Client(redisUrl, { maxRetriesPerRequest: null });
  redis.on('error', onError);
  return {
    node: `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
    redis,
    prefix: PREFIX,
    channels: new RedisChannels(redis, `${PREFIX}:`, onError),
    leases: new Leases(database),
  };
}
