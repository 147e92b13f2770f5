import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { RoomWriter } from '../rooms/room-writer.js';
import type { Database } from '../storage/database.js';
import { DATABASE } from '../storage/storage.module.js';
import type { Connections } from './connections/connections.js';
import { DeliveryStore } from './events/delivery-store.js';
import { Lines } from './events/lines.js';
import { Settlements } from './events/settlements.js';
import { GROUP_CONNECTIONS, TRIGGER_CONNECTIONS } from './group-events.module.js';
import { FrameTakers, GroupSessions } from './group-sessions.js';
import { GroupStore } from './group-store.js';
import { Experiences } from './lessons/experiences.js';

/** Groups and triggers at the socket. */
@Module({})
export class GroupsModule {
  /** `imports`: configuration, storage, rooms, events of groups, and what takes their frames; `ports` bind `FrameTakers` and `Experiences`. */
  static of(imports: readonly DynamicModule[], ports: readonly Provider[]): DynamicModule {
    return {
      module: GroupsModule,
      imports: [...imports],
      providers: [...ports, {
        provide: GroupSessions,
        inject: [DATABASE, GroupStore, Lines, GROUP_CONNECTIONS, TRIGGER_CONNECTIONS, DeliveryStore, Settlements, Experiences, FrameTakers, RoomWriter, LOG],
        useFactory: (
          { kysely }: Database, groups: GroupStore, lines: Lines, ofGroups: Connections, ofTriggers: Connections, deliveries: DeliveryStore,
          settlements: Settlements, experiences: Experiences, takers: FrameTakers, writer: RoomWriter, log: Log,
        ) => {
          const onFault = (error: unknown): void => log.error({ err: error }, 'A group');
          return new GroupSessions({ db: kysely, groups, lines, ofGroups, ofTriggers, line: { deliveries, settlements, experiences, onFault }, takers, writer, onFault });
        },
      }],
      exports: [GroupSessions],
    };
  }
}
