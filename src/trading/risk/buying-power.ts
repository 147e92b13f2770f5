import { ZERO } from '../../model/decimal.js';
import { sign } from '../../model/trading.js';
import { heldOf, priceOf } from './exposure-after.js';
import { PASS, refuse, type RiskGate } from './gate.js';

/** What the intent opens has to be paid or margined, beside all that is under way; fees and slippage want a little more. */
const ROOM = 1.002;

export const buyingPower: RiskGate = (input) => {
  const { intent, pending, buyingPower: power } = input;
  const held = heldOf(input);
  const closes = held.times(sign(intent.side)).lt(0) ? held.abs() : ZERO;
  const opens = intent.quantity.gt(closes) ? intent.quantity.minus(closes) : ZERO;
  const cost = opens.times(priceOf(input)).div(intent.leverage);
  const bound = pending.filter(({ reduceOnly }) => !reduceOnly).reduce((total, each) => total.plus(each.quantity.times(each.price).div(each.leverage)), ZERO);
  const needed = cost.plus(bound).times(ROOM);
  return needed.lte(power) ? PASS : refuse('BUYING_POWER', `${needed.toFixed(2)} would be bound, with what is under way, and ${power.toFixed(2)} is there: take a smaller size`, {
    needed: needed.toFixed(2), under_way: bound.toFixed(2), available: power.toFixed(2),
  });
};
