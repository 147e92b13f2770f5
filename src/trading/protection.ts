import type { Decimal } from '../model/decimal.js';
import { sign, type Position } from '../model/trading.js';
import { ZERO } from '../model/decimal.js';
import { isProtective, planKey, remaining, type Account, type Order, type Plan } from './account.js';
import type { Abilities } from './brokers/broker.js';
import { decisionIdOf, orderIdOf } from './intent-text.js';

/** A stop-limit where stops alone are not taken: this far beyond the stop, as a share of it. */
const STOP_ROOM = 0.01;

/** What the desk watches itself, where it does not rest at the broker. */
export interface Watched {
  readonly target: Decimal | null;
  readonly stop: Decimal | null;
}

export interface Protection {
  readonly cancel: readonly Order[];
  readonly place: readonly Order[];
  readonly watched: Watched | null;
}

const NOTHING: Protection = { cancel: [], place: [], watched: null };

/** Which protective orders are to go, and which to come, so that target and stop cover the position as it is. */
export function protectionOf(account: Account, symbol: string, leg: Position['leg'], abilities: Abilities, now: number): Protection {
  const resting = account.openOrders(symbol, leg).filter(isProtective);
  const position = account.book.position(symbol, leg);
  const plan = account.plans.get(planKey(symbol, leg));
  const exits = position && plan?.exits;
  if (!position || !plan || !exits) return { ...NOTHING, cancel: resting };
  const stop = exits.stop;
  const target = abilities.pairs || !stop ? exits.target : null;
  const watched = { target: target ? null : exits.target, stop: null };
  const wanted = (stop ? 1 : 0) + (target ? 1 : 0);
  const covers = resting.length === wanted && resting.every((order) => remaining(order).eq(position.quantity) && (order.role === 'stop' ? order.stopPrice?.eq(stop ?? ZERO) : order.limitPrice?.eq(target ?? ZERO)));
  if (covers) return { ...NOTHING, watched };
  const pair = stop && target ? orderIdOf(plan.orderId, `pair:${position.quantity.toString()}:${now}`) : null;
  const order = (role: 'target' | 'stop', level: Decimal): Order => protective(account.id, role, level, position, plan, abilities, pair, now);
  return { cancel: resting, place: [...(stop ? [order('stop', stop)] : []), ...(target ? [order('target', target)] : [])], watched };
}

function protective(accountId: string, role: 'target' | 'stop', level: Decimal, position: Position, plan: Plan, abilities: Abilities, pair: string | null, now: number): Order {
  const orderId = orderIdOf(plan.orderId, `${role}:${position.quantity.toString()}:${level.toString()}:${now}`);
  const stops = role === 'stop';
  const stopLimit = stops && !abilities.orderTypes.has('stop');
  return {
    orderId, decisionId: decisionIdOf(accountId, `order:${orderId}`), symbol: position.symbol, leg: position.leg, side: position.side === 'long' ? 'sell' : 'buy',
    quantity: position.quantity, orderType: stops ? (stopLimit ? 'stop_limit' : 'stop') : 'limit',
    limitPrice: stops ? (stopLimit ? level.times(1 - STOP_ROOM * sign(position.side)) : null) : level, stopPrice: stops ? level : null, trail: null,
    timeInForce: 'gtc', reduceOnly: true, leverage: position.leverage, role, pair, status: 'stored', brokerOrderId: null, filledQuantity: ZERO, averagePrice: null,
    fees: ZERO, reason: null, exits: null, exitAt: null, at: now, updatedAt: now,
  };
}

/** Which watched level the price has reached; the stop comes first. */
export function reached({ side }: Position, { target, stop }: Watched, price: Decimal): 'target' | 'stop' | null {
  const past = (level: Decimal | null, direction: number): boolean => level !== null && price.minus(level).times(direction).gte(0);
  const direction = sign(side);
  return past(stop, -direction) ? 'stop' : past(target, direction) ? 'target' : null;
}
