import { Module, type DynamicModule } from '@nestjs/common';
import { ModelCaller } from '../../analysts/llm/model-caller.js';
import type { Config } from '../../config/config.js';
import { CONFIG, LOG } from '../../config/config.module.js';
import type { Log } from '../../config/logger.js';
import { Embedder } from '../../knowledge/news/embedder.js';
import { priceOf } from '../../analysts/llm/price.js';
import { Budget } from '../../journal/budget.js';
import { Market } from '../../market/market.js';
import { RoomWriter } from '../../rooms/room-writer.js';
import type { Database } from '../../storage/database.js';
import { DATABASE } from '../../storage/storage.module.js';
import { Trading } from '../../trading/trading.js';
import { BookedEmbedder } from './booked-embedder.js';
import { Experiences } from './experiences.js';
import { LessonIndex } from './lesson-index.js';
import { CalledLessonModel } from './lesson-model.js';
import { LessonStore } from './lesson-store.js';
import { Lessons } from './lessons.js';
import { Meanings } from './meanings.js';
import { Openings } from './openings.js';

/** What groups learn of their trades. To be started after trading: `LessonIndex.start({shared})`, then `Lessons.start()`; `stop()` of both before the writer ends. */
@Module({})
export class LessonsModule {
  /** `imports`: configuration, storage, rooms, journal, knowledge, market, analysts, trading. */
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: LessonsModule,
      imports: [...imports],
      providers: [
        { provide: LessonStore, inject: [DATABASE], useFactory: ({ kysely }: Database) => new LessonStore(kysely) },
        {
          provide: BookedEmbedder,
          inject: [CONFIG, Embedder, Budget, LOG],
          useFactory: ({ models }: Config, embedder: Embedder | null, budget: Budget, log: Log) => embedder && new BookedEmbedder({
            embedder, budget, price: priceOf(models.prices, embedder.model),
            onFault: (error) => log.error({ err: error }, 'What an embedding did not cost could not be given back: it stays booked'),
          }),
        },
        {
          provide: LessonIndex,
          inject: [LessonStore, Market, BookedEmbedder, LOG],
          useFactory: (store: LessonStore, market: Market, embedder: BookedEmbedder | null, log: Log) => new LessonIndex({
            store, market, onFault: (error) => log.warn({ err: error }, 'Lessons of groups'),
            meanings: embedder && new Meanings({
              embedder,
              onChange: (error) => (error
                ? log.warn({ err: error }, 'What events mean is not known in time: for a while lessons are found by their words')
                : log.info('What events mean is known again: lessons are found by it')),
            }),
          }),
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
          inject: [CONFIG, DATABASE, Trading, RoomWriter, LessonStore, LessonIndex, ModelCaller, BookedEmbedder, LOG, Openings],
          useFactory: (
            { trading: { lesson } }: Config, { kysely: db }: Database, trading: Trading, writer: RoomWriter, store: LessonStore, index: LessonIndex, caller: ModelCaller,
            embedder: BookedEmbedder | null, log: Log,
          ) => new Lessons({
            db, trading, writer, store, index, embedder, model: lesson && new CalledLessonModel(caller, lesson),
            onFault: (error) => log.error({ err: error }, 'The lesson of a group\'s closed trade'),
          }),
        },
      ],
      exports: [BookedEmbedder, Experiences, LessonIndex, LessonStore, Lessons],
    };
  }
}
