import { isPositive, type Decimal } from '../../model/decimal.js';
import { ORDER_TYPES, sign, TIMES_IN_FORCE, type Intent } from '../../model/trading.js';
import { PASS, refuse, type RiskGate } from './gate.js';

/** Beyond it something is wrong, whatever it is a quantity or a price of. */
const LARGEST = 1e15;

const wrong = (name: string, value: unknown, needed: string) => refuse('BAD_INTENT', `${name} is ${String(value)}: it must be ${needed}`, { field: name });
const usable = (value: Decimal | null): boolean => value !== null && isPositive(value) && value.lt(LARGEST);

const NEEDS: Readonly<Record<string, readonly ('limitPrice' | 'stopPrice' | 'trail')[]>> = {
  market: [], limit: ['limitPrice'], stop: ['stopPrice'], stop_limit: ['limitPrice', 'stopPrice'], trailing_stop: ['trail'],
};

/** Numbers that are numbers, and the prices that the order's type asks for. */
export const goodShape: RiskGate = ({ intent, price, equity, buyingPower, now }) => {
  const { quantity, orderType, timeInForce, leverage, trail } = intent;
  if (!usable(quantity)) return wrong('quantity', quantity, 'above 0 and finite');
  if (!ORDER_TYPES.includes(orderType)) return wrong('order_type', orderType, `one of ${ORDER_TYPES.join(', ')}`);
  if (!TIMES_IN_FORCE.includes(timeInForce)) return wrong('time_in_force', timeInForce, `one of ${TIMES_IN_FORCE.join(', ')}`);
  if (!Number.isInteger(leverage) || leverage < 1) return wrong('leverage', leverage, 'a whole number from 1');
  for (const name of ['limitPrice', 'stopPrice', 'trail'] as const) {
    const needed = NEEDS[orderType]!.includes(name);
    if (needed && !usable(intent[name])) return wrong(name, intent[name], `above 0, for a ${orderType} order`);
    if (!needed && intent[name] !== null) return wrong(name, intent[name], `left out of a ${orderType} order`);
  }
  if (trail && trail.gte(1)) return wrong('trail', trail, 'a share of the price, below 1');
  if (!equity.isFinite() || !buyingPower.isFinite() || !Number.isFinite(now)) return refuse('BAD_INTENT', 'The account or the time is not known: try again', {});
  return goodExits(intent, intent.limitPrice ?? intent.stopPrice ?? price?.last ?? null);
};

function goodExits({ exits, side }: Intent, from: Decimal | null): ReturnType<RiskGate> {
  if (!exits) return PASS;
  for (const [name, level, direction] of [['target', exits.target, sign(side)], ['stop', exits.stop, -sign(side)]] as const) {
    if (level === null) continue;
    if (!usable(level)) return wrong(name, level, 'above 0');
    if (from && !level.minus(from).times(direction).gt(0)) return wrong(name, level, `${direction > 0 ? 'above' : 'below'} the price of ${from.toString()}`);
  }
  return PASS;
}
