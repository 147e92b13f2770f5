import type { Decimal } from '../../model/decimal.js';
import { PASS, refuse, type RiskGate } from './gate.js';

/** The order's own prices near the market's, and the market near where it was when this was decided. */
export const priceBand: RiskGate = ({ intent: { limitPrice, stopPrice }, price, decidedPrice }, { priceBand: band }) => {
  const last = price!.last;
  const near = (one: Decimal, other: Decimal): boolean => one.minus(other).abs().div(other).lte(band);
  for (const [name, own] of [['limit', limitPrice], ['stop', stopPrice]] as const) {
    if (own && !near(own, last)) return refuse('PRICE_BAND', `The ${name} price ${own.toString()} is more than ${band * 100} % from the market's ${last.toString()}`, { price: own.toString(), market: last.toString(), band });
  }
  if (decidedPrice && !near(last, decidedPrice)) {
    return refuse('PRICE_BAND', `The market has moved from ${decidedPrice.toString()} to ${last.toString()} since this was decided, more than ${band * 100} %: decide again`, { decided: decidedPrice.toString(), market: last.toString(), band });
  }
  return PASS;
};
