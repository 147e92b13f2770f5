import { sign } from '../../model/trading.js';
import { heldOf, overReduces } from './exposure-after.js';
import { PASS, refuse, type RiskGate } from './gate.js';

/** What the broker can do with the instrument. */
export const ability: RiskGate = (input) => {
  const { intent, abilities } = input;
  const { orderType, timeInForce, leverage, leg, side, symbol } = intent;
  if (!abilities.orderTypes.has(orderType)) return refuse('NOT_ABLE', `The broker takes no ${orderType} orders for ${symbol}: use one of ${[...abilities.orderTypes].join(', ') || 'none'}`, { order_type: orderType });
  if (!abilities.timesInForce.has(timeInForce)) return refuse('NOT_ABLE', `The broker knows no ${timeInForce} for ${symbol}: use one of ${[...abilities.timesInForce].join(', ')}`, { time_in_force: timeInForce });
  if (!(leverage <= abilities.maxLeverage)) return refuse('NOT_ABLE', `Leverage ${leverage} is above the broker's ${abilities.maxLeverage}`, { leverage, limit: abilities.maxLeverage });
  if (leg !== 'net' && !abilities.hedging) return refuse('NOT_ABLE', `The account has no separate legs: leave position_mode at oneway`, { leg });
  if (overReduces(input)) return refuse('NOT_ABLE', `There is not so much of ${symbol} left to close: ${heldOf(input).toString()} are held, less what is being closed already`, { held: heldOf(input).toString(), quantity: intent.quantity.toString() });
  const opensShort = leg === 'short' ? side === 'sell' : leg === 'net' && heldOf(input).plus(intent.quantity.times(sign(side))).lt(0);
  if (opensShort && !abilities.shorts) return refuse('NOT_ABLE', `${symbol} cannot be sold short here: ${heldOf(input).toString()} are held`, { held: heldOf(input).toString(), quantity: intent.quantity.toString() });
  return PASS;
};

/** Whole lots; what is left of a position may be closed whatever its size. */
export const lot: RiskGate = (input) => {
  const { intent: { quantity, reduceOnly, symbol }, abilities: { lotSize } } = input;
  if (reduceOnly && quantity.eq(heldOf(input).abs())) return PASS;
  if (quantity.mod(lotSize).isZero()) return PASS;
  return refuse('LOT_SIZE', `${quantity.toString()} is no multiple of ${lotSize}, the lot of ${symbol}`, { quantity: quantity.toString(), lot: lotSize });
};

export const minNotional: RiskGate = ({ intent: { quantity, limitPrice, stopPrice, symbol }, price, abilities: { minNotional: least } }) => {
  const worth = quantity.times(limitPrice ?? stopPrice ?? price!.last);
  return worth.gte(least) ? PASS : refuse('MIN_NOTIONAL', `${worth.toFixed(2)} of ${symbol} is less than the broker's least order of ${least}`, { worth: worth.toFixed(2), limit: least });
};
