import { Module, type DynamicModule } from '@nestjs/common';
import { LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { Market } from '../market/market.js';
import { RoomWriter } from '../rooms/room-writer.js';
import type { Database } from '../storage/database.js';
import { DATABASE } from '../storage/storage.module.js';
import { DiscussionReads } from './discussions/discussion-reads.js';
import { DiscussionsController } from './discussions/discussions.controller.js';
import { Discussions } from './discussions/discussions.js';
import { Events } from './events/event.js';
import { GroupStore } from './group-store.js';
import { BookedEmbedder } from './lessons/booked-embedder.js';
import { LessonIndex } from './lessons/lesson-index.js';
import { LessonsController } from './lessons/lessons.controller.js';
import { Recall } from './lessons/recall.js';
import { TraceController } from './trace/trace.controller.js';
import { Traces } from './trace/traces.js';

/** What groups said, did and learnt: their logs taken, and all of it shown. */
@Module({})
export class HistoryModule {
  /** `imports`: configuration, storage, rooms, knowledge, market, events of groups, lessons. */
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: HistoryModule,
      imports: [...imports],
      controllers: [DiscussionsController, LessonsController, TraceController],
      providers: [
        { provide: DiscussionReads, inject: [DATABASE], useFactory: ({ kysely }: Database) => new DiscussionReads(kysely) },
        {
          provide: Discussions,
          inject: [DATABASE, GroupStore, DiscussionReads, RoomWriter, Events, Market],
          useFactory: ({ kysely }: Database, groups: GroupStore, reads: DiscussionReads, writer: RoomWriter, events: Events, market: Market) =>
            new Discussions({ db: kysely, groups, reads, writer, events, market }),
        },
        { provide: Traces, inject: [DATABASE, DiscussionReads], useFactory: ({ kysely }: Database, reads: DiscussionReads) => new Traces(kysely, reads) },
        {
          provide: Recall,
          inject: [LessonIndex, BookedEmbedder, LOG],
          useFactory: (index: LessonIndex, embedder: BookedEmbedder | null, log: Log) => new Recall({
            index, embedder, onFault: (error) => log.warn({ err: error }, 'The provider makes no embeddings: lessons are compared by their words'),
          }),
        },
      ],
      exports: [Discussions, Traces],
    };
  }
}
