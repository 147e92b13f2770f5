import { Module, type DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { expect, it } from '@jest/globals';
import { ConfigError } from '../../config/config-error.js';
import type { StrategyConfig } from '../../config/config.js';
import { CONFIG, LOG } from '../../config/config.module.js';
import { Market } from '../../market/market.js';
import { RoomWriter } from '../../rooms/room-writer.js';
import { Trading } from '../trading.js';
import { StrategiesModule } from './strategies.module.js';
import { Strategies } from './strategies.js';

@Module({})
class Around {}

const around = (strategies: readonly StrategyConfig[]): DynamicModule => {
  const given = [[CONFIG, { trading: { strategies } }], [LOG, {}], [Trading, {}], [Market, {}], [RoomWriter, {}]] as const;
  return { module: Around, providers: given.map(([provide, useValue]) => ({ provide, useValue })), exports: given.map(([token]) => token) };
};
const made = (strategies: readonly StrategyConfig[]) => Test.createTestingModule({ imports: [StrategiesModule.of(around(strategies))] }).compile();
const crossover: StrategyConfig = { id: 'a', strategy: 'moving_average_crossover', file: null, accountId: 'main', symbols: ['AAPL'], parameters: {} };

it('a server has the strategies that the configuration names', async () => {
  expect((await made([crossover])).get(Strategies).states).toEqual([{ id: 'a', strategy: 'moving_average_crossover', state: 'cold' }]);
});

it('a server does not come to be where one is wrong, and all mistakes are said at once', async () => {
  const failed: unknown = await made([{ ...crossover, parameters: { short: 30 } }, { ...crossover, id: 'b', strategy: 'none' }]).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(ConfigError);
  expect((failed as ConfigError).problems).toHaveLength(2);
  expect((failed as ConfigError).exitCode).toBe(78);
});
