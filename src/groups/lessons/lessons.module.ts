import { Module, type DynamicModule } from '@nestjs/common';
import { ModelCaller } from '../../analysts/llm/model-caller.js';
import type { Config } from '../../config/config.js';
import { CONFIG, LOG } from '../../config/config.module.js';
import type { Log } from '../../config/logger.js';
import { Embedder } from '../../knowledge/news/embedder.js';
import { Market } from '../../market/market.js';
import { RoomWriter } from '../../rooms/room-writer.js';
import type { Database } from '../../storage/database.js';
import { DATABASE } from '../../storage/storage.module.js';
import { Trading } from '../../trading/trading.js';
import { Experiences } from './experiences.js';
import { LessonIndex } from './lesson-index.js';
import { CalledLessonModel } from './lesson-model.js';
import { LessonStore } from './lesson-store.js';
import { Lessons } from './lessons.js';
import { Openings } from './openings.js';

/** What groups learn of their trades. To be started after trading: `LessonIndex.start({shared})`, then `Lessons.start()`; `stop()` of both before the writer ends. */
@Module({})
export class LessonsModule {
  /** `imports`: configuration, storage, rooms, knowledge, market, analysts, trading. */
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: LessonsModule,
      imports: [...imports],
      providers: [
        { provide: LessonStore, inject: [DATABASE], useFactory: ({ kysely }: Database) => new LessonStore(kysely) },
        {
          provide: LessonIndex,
          inject: [LessonStore, Market, LOG],
          useFactory: (store: LessonStore, market: Market, log: Log) => new LessonIndex({ store, market, onFault: (error) => log.warn({ err: error }, 'Lessons of groups') }),
        },
        { provide: Experiences, useExisting: LessonIndex },
        {
          provide: Openings,
          inject: [Market, Trading, RoomWriter, LOG],
          useFactory: (market: Market, trading: Trading, writer: RoomWriter, log: Log) => new Openings({
            market, trading, writer, onFault: (error) => log.warn({ err: error }, 'The market at the opening of a group\'s trade could not be kept: its lesson is found by its words'),
          }),
        },
        {
          provide: Lessons,
          inject: [CONFIG, DATABASE, Trading, RoomWriter, LessonStore, LessonIndex, ModelCaller, Embedder, LOG, Openings],
          useFactory: (
            { trading: { lesson } }: Config, { kysely: db }: Database, trading: Trading, writer: RoomWriter, store: LessonStore, index: LessonIndex, caller: ModelCaller,
            embedder: Embedder | null, log: Log,
          ) => new Lessons({
            db, trading, writer, store, index, embedder, model: lesson && new CalledLessonModel(caller, lesson),
            onFault: (error) => log.error({ err: error }, 'The lesson of a group\'s closed trade'),
          }),
        },
      ],
      exports: [Experiences, LessonIndex, LessonStore, Lessons],
    };
  }
}
