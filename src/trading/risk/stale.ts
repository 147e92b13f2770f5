import { isPositive } from '../../model/decimal.js';
import { PASS, refuse, type RiskGate } from './gate.js';

/** Compares with `<=` so that an unknown age is refused. */
export const freshPrice: RiskGate = ({ price, now, instrument }, { maxPriceAgeMs }) => {
  if (!price || !isPositive(price.last)) return refuse('PRICE_STALE', `There is no price of ${instrument.symbol} yet: wait for its first`);
  const age = now - price.at;
  return age <= maxPriceAgeMs ? PASS : refuse('PRICE_STALE', `The last price of ${instrument.symbol} is ${(age / 1000).toFixed(1)} s old, and at most ${maxPriceAgeMs / 1000} s are traded on: the feed may be frozen`, { age_ms: age, limit_ms: maxPriceAgeMs });
};
