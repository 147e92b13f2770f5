import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { Feed } from './feeds/feed.js';
import { feedFrom } from './feeds/feed-from.js';
import { MarketController } from './market.controller.js';
import { MarketRelay } from './market-relay.js';
import { Market } from './market.js';

@Module({})
export class MarketModule {
  /** `feed` in place of the configured one, for benchmarks and tests. */
  static of(configuration: DynamicModule, feed?: Feed): DynamicModule {
    return {
      module: MarketModule,
      imports: [configuration],
      controllers: [MarketController],
      providers: [
        { provide: Feed, inject: [CONFIG, LOG], useFactory: (config: Config, log: Log) => feed ?? feedFrom(config, log) },
        { provide: MarketRelay, inject: [LOG], useFactory: (log: Log) => new MarketRelay((error) => log.error({ err: error }, 'The market')) },
        {
          provide: Market,
          inject: [Feed, CONFIG, MarketRelay],
          useFactory: (from: Feed, config: Config, events: MarketRelay) => new Market({ feed: from, config: config.market, events }),
        },
      ],
      exports: [Market, MarketRelay],
    };
  }
}
