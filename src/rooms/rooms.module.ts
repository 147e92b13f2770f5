import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import type { Database } from '../storage/database.js';
import { DATABASE } from '../storage/storage.module.js';
import { isUnavailable } from '../storage/unavailable.js';
import { FlushLoop } from './flush-loop.js';
import { Hub } from './hub.js';
import { RoomBus } from './room-bus.js';
import { MemoryRoomBus } from './room-bus.memory.js';
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
        { provide: RoomBus, useFactory: () => new MemoryRoomBus() },
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
          inject: [RoomLog, RoomBus, LOG],
          useFactory: (log: RoomLog, bus: RoomBus, to: Log) => new Hub(log, bus, (fault) => to.error({ err: fault }, fault.message)),
        },
        {
          provide: RoomWriter,
          inject: [DATABASE, RoomLog, Hub, RoomBus],
          useFactory: ({ kysely }: Database, log: RoomLog, hub: Hub, bus: RoomBus) => new RoomWriter(kysely, log, hub, bus, isUnavailable),
        },
      ],
      exports: [RoomBus, FlushLoop, RoomLog, RoomHistory, Retention, Hub, RoomWriter],
    };
  }
}
