import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigError } from '../../config/config-error.js';
import type { Config } from '../../config/config.js';
import { CONFIG, LOG } from '../../config/config.module.js';
import type { Log } from '../../config/logger.js';
import { Market } from '../../market/market.js';
import { RoomWriter } from '../../rooms/room-writer.js';
import { systemAlert } from '../../rooms/system-alert.js';
import { Trading } from '../trading.js';
import { loadStrategies } from './load-strategies.js';
import { Strategies } from './strategies.js';

@Module({})
export class StrategiesModule {
  /** `imports`: configuration, rooms, market, trading. Making it throws ConfigError where a strategy or its parameters are wrong. */
  static of(...imports: readonly DynamicModule[]): DynamicModule {
    return {
      module: StrategiesModule,
      imports: [...imports],
      providers: [{
        provide: Strategies,
        inject: [CONFIG, Trading, Market, RoomWriter, LOG],
        useFactory: async ({ trading: { strategies: configured } }: Config, trading: Trading, market: Market, writer: RoomWriter, log: Log) => {
          const { strategies, problems } = await loadStrategies(configured);
          if (problems.length > 0) throw new ConfigError(problems);
          return new Strategies({
            strategies, trading, market,
            say: (alert, messageId) => writer.say({ messages: systemAlert(alert, messageId) }),
            onError: (error, what) => log.error({ err: error }, what),
          });
        },
      }],
      exports: [Strategies],
    };
  }
}
