import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG, LOG } from '../../config/config.module.js';
import type { Log } from '../../config/logger.js';
import { News } from '../../knowledge/news/news.js';
import { NewsFeeds } from '../../knowledge/news/news-feeds.js';
import { symbolsIn } from '../../knowledge/news/news-symbols.js';
import { Situations } from '../../knowledge/situations.js';
import { FEED_LEASE } from '../../market/feeds/cluster-feed.js';
import { Leadership } from '../../market/leadership.js';
import { Market } from '../../market/market.js';
import { RoomWriter } from '../../rooms/room-writer.js';
import { CLUSTER, type Cluster } from '../../storage/cluster.module.js';
import type { Database } from '../../storage/database.js';
import { DATABASE } from '../../storage/storage.module.js';
import { Outcomes } from './outcomes.js';

/** What knowledge grows by, and only the node that leads the market may do: outcomes of signals, and asking the news feeds. */
@Module({})
export class OutcomesModule {
  /** `imports`: configuration, storage, cluster, rooms, knowledge, market. */
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: OutcomesModule,
      imports: [...imports],
      providers: [
        {
          provide: Outcomes,
          inject: [DATABASE, Market, RoomWriter, Situations, Leadership, CLUSTER, LOG],
          useFactory: ({ kysely }: Database, market: Market, writer: RoomWriter, situations: Situations, leadership: Leadership, cluster: Cluster | null, log: Log) =>
            new Outcomes({
              db: kysely, market, writer, situations, leadership,
              check: cluster && ((tx, term) => cluster.leases.check(tx, { lease: FEED_LEASE, term })),
              onError: (error) => log.error({ err: error }, 'An outcome could not be settled; it is tried again with the next candle'),
            }),
        },
        {
          provide: NewsFeeds,
          inject: [CONFIG, News, Leadership, LOG],
          useFactory: ({ news: config, instruments, version }: Config, news: News, leadership: Leadership, log: Log) => new NewsFeeds({
            config, news, symbolsIn: symbolsIn(instruments), mayPoll: () => leadership.leads(), agent: `conclave/${version}`,
            onState: (feed, error) => (error ? log.warn({ err: error, feed }, 'A news feed cannot be read; it is tried again') : log.info({ feed }, 'A news feed can be read again')),
          }),
        },
      ],
      exports: [Outcomes, NewsFeeds],
    };
  }
}
