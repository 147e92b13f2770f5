import { Module, type DynamicModule } from '@nestjs/common';
import { LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import type { Database } from '../storage/database.js';
import { DATABASE } from '../storage/storage.module.js';
import { isUnavailable } from '../storage/unavailable.js';
import { FlushLoop } from './flush-loop.js';
import { Hub } from './hub.js';
import { RoomBus } from './room-bus.js';
import { MemoryRoomBus } from './room-bus.memory.js';
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
      exports: [RoomBus, FlushLoop, RoomLog, Hub, RoomWriter],
    };
  }
}
