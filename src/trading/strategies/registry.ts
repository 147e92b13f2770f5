import { MovingAverageCrossover } from './moving-average-crossover.js';
import type { StrategyClass } from './strategy.js';

/** Every strategy of the house by the name that config/agents.yaml uses. */
export const STRATEGIES: ReadonlyMap<string, StrategyClass> = new Map<string, StrategyClass>([
  ['moving_average_crossover', MovingAverageCrossover],
]);
