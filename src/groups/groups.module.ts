import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { RoomWriter } from '../rooms/room-writer.js';
import { CLUSTER, type Cluster } from '../storage/cluster.module.js';
import type { Database } from '../storage/database.js';
import { DATABASE } from '../storage/storage.module.js';
import { AccountDirectory } from '../trading/account-directory.js';
import { Desks } from '../trading/desks.js';
import type { Connections } from './connections/connections.js';
import { Discussions } from './discussions/discussions.js';
import { DeliveryStore } from './events/delivery-store.js';
import { EventRetention } from './events/event-retention.js';
import { Lines } from './events/lines.js';
import { Settlements } from './events/settlements.js';
import { GROUP_CONNECTIONS, GroupEventsModule, TRIGGER_CONNECTIONS } from './group-events.module.js';
import { GroupSessions } from './group-sessions.js';
import { GroupStore } from './group-store.js';
import { GroupWork } from './group-work.js';
import { HistoryModule } from './history.module.js';
import { Experiences } from './lessons/experiences.js';
import { LessonIndex } from './lessons/lesson-index.js';
import { Lessons } from './lessons/lessons.js';
import { LessonsModule } from './lessons/lessons.module.js';
import { GroupAccounts } from './management/group-accounts.js';
import { ManagementModule } from './management/management.module.js';
import { Revoked } from './management/revoked.js';
import { TriggerConfigs, TriggersChanged } from './management/trigger-configs.js';
import { OrderUpdates } from './trades/order-updates.js';
import { PostTrades } from './trades/post-trades.js';
import { TradeWork } from './trades/trade-work.js';
import { TradesModule } from './trades/trades.module.js';
import { TriggerIntake } from './triggers/trigger-intake.js';
import { TriggerKinds } from './triggers/trigger-kinds.js';
import { TriggerWork } from './triggers/trigger-work.js';
import { TRIGGERS_CHANNEL, TriggersModule } from './triggers/triggers.module.js';

export interface GroupsImports {
  readonly configuration: DynamicModule;
  readonly storage: DynamicModule;
  readonly cluster: DynamicModule;
  readonly rooms: DynamicModule;
  readonly journal: DynamicModule;
  readonly knowledge: DynamicModule;
  readonly market: DynamicModule;
  readonly analysts: DynamicModule;
  readonly trading: DynamicModule;
}

/** What management wants of trading, of triggers, and of the sockets. */
const managementPorts: Provider[] = [
  {
    provide: GroupAccounts,
    inject: [AccountDirectory, Desks],
    useFactory: (accounts: AccountDirectory, desks: Desks) => ({ find: (id: string) => accounts.find(id), create: (account: Parameters<Desks['create']>[0]) => desks.create(account) }),
  },
  { provide: TriggerConfigs, useExisting: TriggerKinds },
  { provide: TriggersChanged, useExisting: TriggerWork },
  {
    provide: Revoked,
    inject: [GROUP_CONNECTIONS, TRIGGER_CONNECTIONS],
    useFactory: (groups: Connections, triggers: Connections) => ({ revoked: (kind: 'group' | 'trigger', id: string) => (kind === 'group' ? groups : triggers).changed(id) }),
  },
];

const sockets: Provider[] = [
  {
    provide: GroupSessions,
    inject: [DATABASE, GroupStore, Lines, GROUP_CONNECTIONS, TRIGGER_CONNECTIONS, DeliveryStore, Settlements, Experiences, PostTrades, Discussions, TriggerIntake, RoomWriter, LOG],
    useFactory: (
      { kysely }: Database, groups: GroupStore, lines: Lines, ofGroups: Connections, ofTriggers: Connections, deliveries: DeliveryStore,
      settlements: Settlements, experiences: Experiences, trades: PostTrades, discussions: Discussions, intake: TriggerIntake, writer: RoomWriter, log: Log,
    ) => {
      const onFault = (error: unknown): void => log.error({ err: error }, 'A group');
      return new GroupSessions({
        db: kysely, groups, lines, ofGroups, ofTriggers, line: { deliveries, settlements, experiences, onFault }, writer, onFault,
        takers: {
          trade: (group, fields, form) => trades.take(group, fields, form),
          log: (group, fields, form) => discussions.take(group, fields, form),
          trigger: (trigger, fields, form) => intake.take(trigger, fields, form, null),
        },
      });
    },
  },
  {
    provide: GroupWork,
    inject: [CLUSTER, GROUP_CONNECTIONS, TRIGGER_CONNECTIONS, Lines, Settlements, EventRetention, LessonIndex, Lessons, OrderUpdates, TradeWork, TriggerWork],
    useFactory: (
      cluster: Cluster | null, ofGroups: Connections, ofTriggers: Connections, lines: Lines, settlements: Settlements, retention: EventRetention,
      index: LessonIndex, lessons: Lessons, updates: OrderUpdates, trades: TradeWork, triggers: TriggerWork,
    ) => new GroupWork({
      channels: cluster?.channels ?? null, triggersChannel: TRIGGERS_CHANNEL, connections: [ofGroups, ofTriggers], lines, settlements, retention, index, lessons, updates, trades, triggers,
    }),
  },
];

/** Trading groups and triggers, whole. */
@Module({})
export class GroupsModule {
  static of({ configuration, storage, cluster, rooms, journal, knowledge, market, analysts, trading }: GroupsImports): DynamicModule {
    const base = [configuration, storage, cluster, rooms, market];
    const events = GroupEventsModule.of(configuration, storage, cluster, rooms);
    const lessons = LessonsModule.of(configuration, storage, rooms, journal, knowledge, market, analysts, trading);
    const trades = TradesModule.of(...base, trading, events);
    const triggers = TriggersModule.of(...base, events);
    const history = HistoryModule.of(configuration, storage, rooms, knowledge, market, events, lessons);
    const management = ManagementModule.of([storage, rooms, market, trading, events, triggers], managementPorts);
    return {
      module: GroupsModule,
      imports: [...base, events, lessons, trades, triggers, history, management],
      providers: sockets,
      exports: [events, GroupSessions, GroupWork, trades, triggers],
    };
  }
}
