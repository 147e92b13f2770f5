import { hostname } from 'node:os';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { RoomWriter } from '../rooms/room-writer.js';
import { CLUSTER, type Cluster } from '../storage/cluster.module.js';
import type { Database } from '../storage/database.js';
import { DATABASE } from '../storage/storage.module.js';
import { ConnectionRows } from './connections/connection-rows.js';
import { Connections } from './connections/connections.js';
import { DeliveryStore } from './events/delivery-store.js';
import { EventDesk } from './events/event-desk.js';
import { EventRetention } from './events/event-retention.js';
import { Events } from './events/event.js';
import { Lines } from './events/lines.js';
import { Settlements } from './events/settlements.js';
import { GroupStore } from './group-store.js';

/** Inject `Connections`, of groups and of triggers. */
export const GROUP_CONNECTIONS = Symbol('GroupConnections');
export const TRIGGER_CONNECTIONS = Symbol('TriggerConnections');

const connections = (kind: 'group' | 'trigger') => ({ kysely }: Database, cluster: Cluster | null, log: Log): Connections =>
  new Connections({
    rows: new ConnectionRows(kysely, kind, cluster?.node ?? `${hostname()}:${process.pid}`), channels: cluster?.channels ?? null,
    onFault: (error) => log.warn({ err: error }, `Connections of ${kind}s; it is tried again`),
  });

/** Events, and who is connected to hear of them: what every other part of groups stands on. */
@Module({})
export class GroupEventsModule {
  /** `imports`: configuration, storage, cluster, rooms. */
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: GroupEventsModule,
      imports: [...imports],
      providers: [
        { provide: GroupStore, inject: [DATABASE], useFactory: ({ kysely }: Database) => new GroupStore(kysely) },
        { provide: DeliveryStore, inject: [DATABASE], useFactory: ({ kysely }: Database) => new DeliveryStore(kysely) },
        {
          provide: Settlements,
          inject: [DeliveryStore, LOG],
          useFactory: (store: DeliveryStore, log: Log) => new Settlements(store, (error) => log.warn({ err: error }, 'What groups have settled could not be stored; it is tried again')),
        },
        {
          provide: Lines,
          inject: [DATABASE, CLUSTER, LOG],
          useFactory: ({ kysely }: Database, cluster: Cluster | null, log: Log) =>
            new Lines({ db: kysely, channels: cluster?.channels ?? null, onFault: (error) => log.warn({ err: error }, 'Events of groups could not be looked up; it is tried again') }),
        },
        {
          provide: EventDesk,
          inject: [DATABASE, GroupStore, RoomWriter, Lines],
          useFactory: ({ kysely }: Database, groups: GroupStore, writer: RoomWriter, lines: Lines) =>
            new EventDesk({ db: kysely, groups, writer, dispatch: (event, groupIds) => lines.dispatch(event, groupIds) }),
        },
        { provide: Events, useExisting: EventDesk },
        { provide: GROUP_CONNECTIONS, inject: [DATABASE, CLUSTER, LOG], useFactory: connections('group') },
        { provide: TRIGGER_CONNECTIONS, inject: [DATABASE, CLUSTER, LOG], useFactory: connections('trigger') },
        {
          provide: EventRetention,
          inject: [CONFIG, DeliveryStore, LOG],
          useFactory: ({ rooms }: Config, store: DeliveryStore, log: Log) =>
            new EventRetention(store, rooms.keepHours, (error) => log.warn({ err: error }, 'Old events could not be forgotten; it is tried again')),
        },
      ],
      exports: [GroupStore, DeliveryStore, Settlements, Lines, EventDesk, Events, GROUP_CONNECTIONS, TRIGGER_CONNECTIONS, EventRetention],
    };
  }
}
