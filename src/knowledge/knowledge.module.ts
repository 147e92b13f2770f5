import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import type { Database } from '../storage/database.js';
import { DATABASE } from '../storage/storage.module.js';
import { Knowledge } from './knowledge.js';
import { Embedder } from './news/embedder.js';
import { OpenAiEmbedder } from './news/embedder.openai.js';
import { News } from './news/news.js';
import { NewsController } from './news/news.controller.js';
import { NewsIndex } from './news/news-index.js';
import { NewsStore } from './news/news-store.js';
import { Situations } from './situations.js';

const providers: Provider[] = [
  {
    provide: Situations,
    inject: [DATABASE, LOG],
    useFactory: ({ kysely }: Database, log: Log) => new Situations(kysely, (error) => log.warn({ err: error }, 'What other nodes resolved could not be read; it is tried again')),
  },
  { provide: NewsIndex, useFactory: () => new NewsIndex() },
  {
    provide: Embedder,
    inject: [CONFIG],
    useFactory: ({ models: { mode, embeddings, providers: known } }: Config) => {
      const provider = embeddings && known.find(({ name }) => name === embeddings.provider);
      return provider && mode !== 'replay' ? new OpenAiEmbedder(provider, embeddings.model) : null; // replay has no network
    },
  },
  {
    provide: News,
    inject: [DATABASE, NewsIndex, Embedder, LOG],
    useFactory: ({ kysely }: Database, index: NewsIndex, embedder: Embedder | null, log: Log) => new News({
      store: new NewsStore(kysely), index, embedder,
      onEmbeddings: (error) => (error ? log.warn({ err: error }, 'The provider makes no embeddings: news are compared by their words') : log.info('The provider makes embeddings again')),
      onError: (error) => log.warn({ err: error }, 'News'),
    }),
  },
  {
    provide: Knowledge,
    inject: [Situations, NewsIndex, CONFIG],
    useFactory: (situations: Situations, index: NewsIndex, { news: { maxAgeMs } }: Config) => new Knowledge(situations, { index, maxAgeMs }),
  },
];

@Module({})
export class KnowledgeModule {
  static of(configuration: DynamicModule, storage: DynamicModule): DynamicModule {
    return {
      module: KnowledgeModule,
      imports: [configuration, storage],
      controllers: [NewsController],
      providers,
      exports: [Knowledge, Situations, News, NewsIndex, Embedder],
    };
  }
}
