import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG, LOG } from '../../config/config.module.js';
import type { Log } from '../../config/logger.js';
import { symbolsIn } from '../../knowledge/news/news-symbols.js';
import { FEED_LEASE } from '../../market/feeds/cluster-feed.js';
import { Leadership } from '../../market/leadership.js';
import { Market } from '../../market/market.js';
import { RoomWriter } from '../../rooms/room-writer.js';
import { CLUSTER, type Cluster } from '../../storage/cluster.module.js';
import type { Database } from '../../storage/database.js';
import { DATABASE } from '../../storage/storage.module.js';
import { Events } from '../events/event.js';
import { GroupStore } from '../group-store.js';
import { HookLimit } from './hook-limit.js';
import { HooksController } from './hooks.controller.js';
import { openTrigger } from './open-trigger.js';
import { TriggerIntake } from './trigger-intake.js';
import { TriggerKinds } from './trigger-kinds.js';
import { TriggerStore } from './trigger-store.js';
import { TriggerWork } from './trigger-work.js';
import { Webhooks } from './webhooks.js';

/** Where nodes tell each other that rows of triggers have changed. */
export const TRIGGERS_CHANNEL = 'triggers';

@Module({})
export class TriggersModule {
  /** `imports`: configuration, storage, cluster, rooms, market, and what exports `Events` and `GroupStore`. */
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: TriggersModule,
      imports: [...imports],
      controllers: [HooksController],
      providers: [
        { provide: TriggerStore, inject: [DATABASE], useFactory: ({ kysely }: Database) => new TriggerStore(kysely) },
        { provide: TriggerKinds, inject: [Market], useFactory: (market: Market) => new TriggerKinds(market) },
        {
          provide: TriggerIntake,
          inject: [DATABASE, Events, GroupStore, CONFIG],
          useFactory: ({ kysely }: Database, events: Events, groups: GroupStore, { limits: { frameBytes } }: Config) => new TriggerIntake({ db: kysely, events, groups, frameBytes }),
        },
        {
          provide: Webhooks,
          inject: [TriggerStore, TriggerIntake, CLUSTER],
          useFactory: (store: TriggerStore, intake: TriggerIntake, cluster: Cluster | null) => {
            const limit = new HookLimit(cluster?.redis ?? null);
            return new Webhooks({ store, intake, take: (triggerId, perMinute) => limit.take(triggerId, perMinute) });
          },
        },
        {
          provide: TriggerWork,
          inject: [CONFIG, DATABASE, TriggerStore, TriggerKinds, TriggerIntake, RoomWriter, Market, Leadership, CLUSTER, LOG],
          useFactory: (
            { instruments, version }: Config, { kysely }: Database, store: TriggerStore, kinds: TriggerKinds, intake: TriggerIntake, writer: RoomWriter,
            market: Market, leadership: Leadership, cluster: Cluster | null, log: Log,
          ) => {
            const needs = { db: kysely, market, symbolsIn: symbolsIn(instruments), agent: `conclave/${version}` };
            return new TriggerWork({
              store, kinds, intake, writer,
              open: (row, config, outlet) => openTrigger(row, config, outlet, needs),
              leads: () => leadership.leads(),
              term: () => leadership.term(),
              fence: async (tx, term) => {
                if (cluster && term !== null) await cluster.leases.check(tx, { lease: FEED_LEASE, term });
              },
              marketNow: () => market.now(),
              tell: () => cluster?.channels.publish(TRIGGERS_CHANNEL, ''),
              onFault: (error) => log.error({ err: error }, 'Triggers'),
            });
          },
        },
      ],
      exports: [TriggerIntake, TriggerKinds, TriggerWork],
    };
  }
}
