import type { PaperTerms } from '../../../config/config.js';
import type { Instrument } from '../../../model/instrument.js';
import { ORDER_TYPES, TIMES_IN_FORCE, type AccountMode } from '../../../model/trading.js';
import type { Abilities } from '../broker.js';

const ALL_TYPES = new Set(ORDER_TYPES);
const ALL_TIMES = new Set(TIMES_IN_FORCE);

export const paperAbilities = (mode: AccountMode, { maxLeverage }: PaperTerms, { lotSize }: Instrument): Abilities => ({
  shorts: mode !== 'spot', orderTypes: ALL_TYPES, timesInForce: ALL_TIMES, lotSize, minNotional: 0,
  maxLeverage: mode === 'spot' ? 1 : maxLeverage, pairs: true, hedging: mode === 'perpetual',
});
