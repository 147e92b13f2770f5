import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG, LOG } from '../../config/config.module.js';
import type { Log } from '../../config/logger.js';
import { Market } from '../../market/market.js';
import { Hub } from '../../rooms/hub.js';
import { RoomWriter } from '../../rooms/room-writer.js';
import { CLUSTER, type Cluster } from '../../storage/cluster.module.js';
import type { Database } from '../../storage/database.js';
import { DATABASE } from '../../storage/storage.module.js';
import { AgentControl } from '../agents/agent-control.js';
import { AgentFeed } from '../agents/agent-feed.js';
import { AgentStatistics } from '../agents/agent-statistics.js';
import { ReflectionStore } from '../agents/reflection-store.js';
import { Reflections, type ReflectionModel } from '../agents/reflections.js';
import { Trading } from '../trading.js';
import { AssetBoards } from './asset-boards.js';
import { AssetsController } from './assets.controller.js';
import { Assets } from './assets.js';
import { ReflectionsController } from './reflections.controller.js';

/** Injects `ReflectionModel | null`; without it facts alone are written. */
export const REFLECTION_MODEL = Symbol('ReflectionModel');

/** What is shown of agents and assets, and what is learnt of their trades. */
@Module({})
export class AssetsModule {
  /** `imports`: configuration, storage, cluster, rooms, market, and those that export `Trading`, `AgentControl` and `AgentStatistics`; `ports` binds what they do not. */
  static of(imports: readonly DynamicModule[], ports: readonly Provider[] = []): DynamicModule {
    return {
      module: AssetsModule,
      imports: [...imports],
      controllers: [AssetsController, ReflectionsController],
      providers: [
        ...ports,
        { provide: ReflectionStore, inject: [DATABASE], useFactory: ({ kysely }: Database) => new ReflectionStore(kysely) },
        {
          provide: AgentFeed,
          inject: [CONFIG, Trading, AgentControl, Hub, CLUSTER, LOG],
          useFactory: ({ trading: { agents } }: Config, trading: Trading, control: AgentControl, hub: Hub, cluster: Cluster | null, log: Log) => new AgentFeed({
            agents, trading, control, channels: cluster?.channels ?? null,
            tell: (room, type, body) => hub.receiveLoose(room, type, body),
            onFault: (error) => log.error({ err: error }, 'An agent could not be shown'),
          }),
        },
        {
          provide: Reflections,
          inject: [CONFIG, DATABASE, Trading, RoomWriter, ReflectionStore, AgentFeed, LOG, { token: REFLECTION_MODEL, optional: true }],
          useFactory: (
            { trading: { agents } }: Config, { kysely: db }: Database, trading: Trading, writer: RoomWriter, store: ReflectionStore, feed: AgentFeed, log: Log, model?: ReflectionModel | null,
          ) => new Reflections({
            db, agents, trading, writer, store, model: model ?? null,
            onReflected: (agentId) => feed.changed(agentId),
            onFault: (error) => log.error({ err: error }, 'A closed trade could not be reflected on; it is taken up at the next start'),
          }),
        },
        {
          provide: Assets,
          inject: [CONFIG, DATABASE, AgentFeed, AgentControl, Market, ReflectionStore, AgentStatistics],
          useFactory: (
            { trading: { agents } }: Config, { kysely: db }: Database, feed: AgentFeed, control: AgentControl, market: Market, reflections: ReflectionStore, statistics: AgentStatistics,
          ) => new Assets({ db, agents, feed, control, market, reflections, statistics }),
        },
        {
          provide: AssetBoards,
          inject: [Assets, LOG],
          useFactory: (assets: Assets, log: Log) => new AssetBoards(assets, (error) => log.error({ err: error }, 'The state of an asset could not be built')),
        },
      ],
      exports: [AgentFeed, Reflections, ReflectionStore, Assets, AssetBoards],
    };
  }
}
