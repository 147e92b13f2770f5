import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { Market } from '../../market/market.js';
import { RoomWriter } from '../../rooms/room-writer.js';
import type { Database } from '../../storage/database.js';
import { DATABASE } from '../../storage/storage.module.js';
import { Events } from '../events/event.js';
import { GroupStore } from '../group-store.js';
import { EventReads } from './event-reads.js';
import { EventsController } from './events.controller.js';
import { GroupAccounts } from './group-accounts.js';
import { GroupChanges } from './group-changes.js';
import { GroupReads } from './group-reads.js';
import { Groups } from './groups.js';
import { GroupsController } from './groups.controller.js';
import { Members } from './members.js';
import { MembersController } from './members.controller.js';
import { Revoked } from './revoked.js';
import { Roles } from './roles.js';
import { RolesController } from './roles.controller.js';
import { TestEvents } from './test-events.js';
import { TriggerConfigs, TriggersChanged } from './trigger-configs.js';
import { Triggers } from './triggers.js';
import { TriggersController } from './triggers.controller.js';

const providers: Provider[] = [
  {
    provide: GroupChanges, inject: [GroupStore, Events],
    useFactory: (groups: GroupStore, events: Events) => new GroupChanges(groups, events),
  },
  {
    provide: Groups, inject: [DATABASE, GroupChanges, RoomWriter, Market, GroupAccounts, Revoked],
    useFactory: ({ kysely }: Database, changes: GroupChanges, writer: RoomWriter, market: Market, accounts: GroupAccounts, revoked: Revoked) =>
      new Groups({ db: kysely, changes, writer, market, accounts, revoked }),
  },
  { provide: GroupReads, inject: [DATABASE, GroupStore], useFactory: ({ kysely }: Database, groups: GroupStore) => new GroupReads(kysely, groups) },
  { provide: Members, inject: [GroupChanges], useFactory: (changes: GroupChanges) => new Members(changes) },
  { provide: Roles, inject: [DATABASE, GroupChanges, RoomWriter], useFactory: ({ kysely }: Database, changes: GroupChanges, writer: RoomWriter) => new Roles(kysely, changes, writer) },
  {
    provide: Triggers, inject: [DATABASE, RoomWriter, TriggerConfigs, Revoked, TriggersChanged],
    useFactory: ({ kysely }: Database, writer: RoomWriter, configs: TriggerConfigs, revoked: Revoked, runners: TriggersChanged) => new Triggers({ db: kysely, writer, configs, revoked, runners }),
  },
  { provide: EventReads, inject: [DATABASE], useFactory: ({ kysely }: Database) => new EventReads(kysely) },
  {
    provide: TestEvents, inject: [GroupStore, Events, Market],
    useFactory: (groups: GroupStore, events: Events, market: Market) => new TestEvents(groups, events, market),
  },
];

/** Groups, members, roles, triggers, their tokens and events in REST. */
@Module({})
export class ManagementModule {
  /** `imports`: storage, rooms, market, events of groups; `ports` bind `GroupAccounts`, `TriggerConfigs`, `TriggersChanged` and `Revoked`, whose needs `imports` have too. */
  static of(imports: readonly DynamicModule[], ports: readonly Provider[]): DynamicModule {
    return {
      module: ManagementModule,
      imports: [...imports],
      controllers: [GroupsController, MembersController, RolesController, TriggersController, EventsController],
      providers: [...ports, ...providers],
    };
  }
}
