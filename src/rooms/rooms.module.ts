import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import type { Database } from '../storage/database.js';
import { Outage } from '../storage/outage.js';
import type { RedisLink } from '../storage/redis.js';
import { DATABASE, REDIS } from '../storage/storage.module.js';
import { isUnavailable } from '../storage/unavailable.js';
import { FlushLoop } from './flush-loop.js';
import { Healing } from './healing.js';
import { Hub } from './hub.js';
import { Peers } from './peers.js';
import { RoomBus } from './room-bus.js';
import { MemoryRoomBus } from './room-bus.memory.js';
import { RedisRoomBus } from './room-bus.redis.js';
import { Retention } from './retention.js';
import { RoomHistory } from './room-history.js';
import { RoomLog } from './room-log.js';
import { RoomWriter } from './room-writer.js';

@Module({})
export class RoomsModule {
  static of(configuration: DynamicModule, storage: DynamicModule): DynamicModule {
    return {
      module: RoomsModule,
      imports: [configuration, storage],
      providers: [
        { provide: RoomBus, inject: [REDIS], useFactory: (redis: RedisLink | null) => (redis ? new RedisRoomBus(redis.channels) : new MemoryRoomBus()) },
        { provide: Peers, useFactory: () => new Peers() },
        { provide: FlushLoop, useFactory: () => new FlushLoop() },
        { provide: RoomLog, inject: [DATABASE], useFactory: ({ kysely }: Database) => new RoomLog(kysely) },
        { provide: RoomHistory, inject: [DATABASE], useFactory: ({ kysely }: Database) => new RoomHistory(kysely) },
        {
          provide: Retention,
          inject: [DATABASE, CONFIG, LOG],
          useFactory: ({ kysely }: Database, { rooms }: Config, to: Log) => new Retention(kysely, rooms, (fault) => to.error({ err: fault }, fault.message)),
        },
        {
          provide: Hub,
          inject: [RoomLog, RoomBus, Outage, REDIS, LOG],
          useFactory: (log: RoomLog, bus: RoomBus, outage: Outage, redis: RedisLink | null, to: Log) =>
            new Hub(log, bus, (fault) => (redis && isUnavailable(fault) ? outage.lost(fault) : to.error({ err: fault }, fault.message))),
        },
        {
          provide: Outage,
          inject: [LOG],
          useFactory: (to: Log) => new Outage(
            (error) => to.error({ err: error }, 'The rooms\' log cannot be read: what the bus loses waits for it'),
            () => to.info('The rooms\' log can be read again'),
          ),
        },
        {
          provide: Healing,
          inject: [Hub, RoomLog, Outage, REDIS],
          useFactory: (hub: Hub, log: RoomLog, outage: Outage, redis: RedisLink | null) => (redis ? healing(hub, log, outage, redis) : null),
        },
        {
          provide: RoomWriter,
          inject: [DATABASE, RoomLog, Hub, RoomBus],
          useFactory: ({ kysely }: Database, log: RoomLog, hub: Hub, bus: RoomBus) => new RoomWriter(kysely, log, hub, bus, isUnavailable),
        },
      ],
      exports: [RoomBus, Peers, FlushLoop, RoomLog, RoomHistory, Retention, Hub, Healing, RoomWriter],
    };
  }
}

/** Only a bus between nodes loses anything: a node alone hands over itself what it has stored. */
function healing(hub: Hub, log: RoomLog, outage: Outage, redis: RedisLink): Healing {
  const made = new Healing({ hub, log, outage });
  redis.onReturn(() => made.compare());
  return made;
}
