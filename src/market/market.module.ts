import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { CLUSTER, type Cluster } from '../storage/cluster.module.js';
import { LeaseKeeper } from '../storage/lease-keeper.js';
import { ClusterFeed, FEED_LEASE } from './feeds/cluster-feed.js';
import { Feed } from './feeds/feed.js';
import { feedFrom } from './feeds/feed-from.js';
import { Alone, Leadership } from './leadership.js';
import { MarketController } from './market.controller.js';
import { MarketRelay } from './market-relay.js';
import { Market } from './market.js';

@Module({})
export class MarketModule {
  /** `feed` in place of the configured one, for benchmarks and tests. */
  static of(configuration: DynamicModule, cluster: DynamicModule, feed?: Feed): DynamicModule {
    return {
      module: MarketModule,
      imports: [configuration, cluster],
      controllers: [MarketController],
      providers: [
        {
          provide: Feed,
          inject: [CONFIG, CLUSTER, LOG],
          useFactory: (config: Config, of: Cluster | null, log: Log) => {
            const configured = feed ?? feedFrom(config, log);
            return of ? clusterFeed(configured, config, of, log) : configured;
          },
        },
        { provide: Leadership, inject: [Feed], useFactory: (from: Feed) => (from instanceof ClusterFeed ? from : new Alone()) },
        { provide: MarketRelay, inject: [LOG], useFactory: (log: Log) => new MarketRelay((error) => log.error({ err: error }, 'The market')) },
        {
          provide: Market,
          inject: [Feed, CONFIG, MarketRelay],
          useFactory: (from: Feed, config: Config, events: MarketRelay) => new Market({ feed: from, config: config.market, events }),
        },
      ],
      exports: [Market, MarketRelay, Leadership],
    };
  }
}

function clusterFeed(inner: Feed, { roles }: Config, { channels, leases, node }: Cluster, log: Log): ClusterFeed {
  const onError = (error: unknown): void => log.warn({ err: error }, 'The feed of the cluster');
  return new ClusterFeed({
    inner, channels, node, onError,
    keeper: roles.has('market') ? new LeaseKeeper({ leases, name: FEED_LEASE, holder: node, onError }) : null,
    termNow: () => leases.term(FEED_LEASE),
    onLead: (leads, term) => log.info({ term }, leads ? 'This node feeds the market' : 'This node feeds the market no more'),
  });
}
