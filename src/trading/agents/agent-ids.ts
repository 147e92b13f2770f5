import type { TradingConfig } from '../../config/config.js';

/** Of those that trade: none where nothing is traded. */
export const agentIds = ({ broker, agents }: Pick<TradingConfig, 'broker' | 'agents'>): ReadonlySet<string> =>
  new Set(broker === 'off' ? [] : agents.map(({ id }) => id));
