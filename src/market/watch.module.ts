import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG, LOG } from '../config/config.module.js';
import type { Log } from '../config/logger.js';
import { AnalysisRequests } from './analysis-requests.js';
import { Market } from './market.js';
import { Watch } from './watch.js';
import { WatchedSymbols } from './watched-symbols.js';

@Module({})
export class WatchModule {
  /** `ports` bind `AnalysisRequests` and `WatchedSymbols`. */
  static of(imports: readonly DynamicModule[], ports: readonly Provider[]): DynamicModule {
    return {
      module: WatchModule,
      imports: [...imports],
      providers: [...ports, {
        provide: Watch,
        inject: [CONFIG, Market, AnalysisRequests, WatchedSymbols, LOG],
        useFactory: ({ watch: config }: Config, market: Market, requests: AnalysisRequests, watched: WatchedSymbols, log: Log) =>
          new Watch({ config, market, requests, watched, onError: (error) => log.error({ err: error }, 'An analysis that the watch asked for failed') }),
      }],
      exports: [Watch],
    };
  }
}
