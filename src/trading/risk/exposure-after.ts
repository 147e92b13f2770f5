import { ZERO, type Decimal } from '../../model/decimal.js';
import { sign } from '../../model/trading.js';
import type { Pending, RiskInput } from './gate.js';

/** Signed position of the intent's symbol and leg. */
export const heldOf = ({ holdings, intent: { symbol, leg } }: RiskInput): Decimal =>
  holdings.find((holding) => holding.symbol === symbol && holding.leg === leg)?.quantity ?? ZERO;

/** Price at which the intent counts. */
export const priceOf = ({ intent: { limitPrice, stopPrice, side }, price }: RiskInput): Decimal =>
  limitPrice ?? stopPrice ?? (side === 'buy' ? price!.ask : price!.bid);

export interface Worth {
  readonly symbol: string;
  readonly underlying: string;
  /** The most that it can be worth, unsigned. */
  readonly worth: Decimal;
}

/** Of one symbol and leg: what is held, with all open orders of one side filled or those of the other, whichever is more. */
function worstOf(held: Decimal, mark: Decimal, pending: readonly Pending[]): Decimal {
  const side = (which: 'buy' | 'sell'): { quantity: Decimal; dearest: Decimal } => pending.filter((each) => each.side === which && !each.reduceOnly).reduce(
    (sum, { quantity, price }) => ({ quantity: sum.quantity.plus(quantity), dearest: price.gt(sum.dearest) ? price : sum.dearest }), { quantity: ZERO, dearest: mark });
  const [buys, sells] = [side('buy'), side('sell')];
  const up = held.plus(buys.quantity).abs().times(buys.dearest);
  const down = held.minus(sells.quantity).abs().times(sells.dearest);
  const now = held.abs().times(mark);
  return [up, down, now].reduce((most, each) => (each.gt(most) ? each : most));
}

/** What each symbol's position can come to, open orders and waiting approvals counted, and the intent where it is given. */
export function worths(input: RiskInput, withIntent: boolean): readonly Worth[] {
  const { intent } = input;
  const asPending: Pending = { symbol: intent.symbol, underlying: input.underlying, leg: intent.leg, side: intent.side, quantity: intent.quantity, price: priceOf(input), reduceOnly: intent.reduceOnly, leverage: intent.leverage };
  const pending = withIntent ? [...input.pending, asPending] : input.pending;
  const places = new Map<string, { symbol: string; underlying: string; leg: string }>();
  for (const { symbol, underlying, leg } of [...input.holdings, ...pending]) places.set(`${leg} ${symbol}`, { symbol, underlying, leg });
  return [...places.values()].map(({ symbol, underlying, leg }) => {
    const holding = input.holdings.find((each) => each.symbol === symbol && each.leg === leg);
    const mark = holding?.mark ?? (symbol === intent.symbol ? input.price!.last : ZERO);
    return { symbol, underlying, worth: worstOf(holding?.quantity ?? ZERO, mark, pending.filter((each) => each.symbol === symbol && each.leg === leg)) };
  });
}

export const sum = (of: readonly Worth[]): Decimal => of.reduce((total, { worth }) => total.plus(worth), ZERO);

/** Opposite to the position, and no more than is left of it beside what reduces it already. */
export function isReducing(input: RiskInput): boolean {
  const { intent, pending } = input;
  const held = heldOf(input);
  if (!intent.reduceOnly || !held.times(sign(intent.side)).lt(0)) return false;
  const under = pending.filter(({ symbol, leg, side, reduceOnly }) => reduceOnly && symbol === intent.symbol && leg === intent.leg && side === intent.side)
    .reduce((total, { quantity }) => total.plus(quantity), ZERO);
  return intent.quantity.plus(under).lte(held.abs());
}
