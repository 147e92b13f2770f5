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

/**
 * Of one symbol and leg: the most that it can come to, whichever of the open orders fill and in whatever order. What only
 * reduces counts too: once the position is gone, what sells beside it goes all the way to the other side.
 */
function worstOf(held: Decimal, mark: Decimal, pending: readonly Pending[]): Decimal {
  const of = (which: 'buy' | 'sell', reduceOnly: boolean): readonly Pending[] => pending.filter((each) => each.side === which && each.reduceOnly === reduceOnly);
  const quantity = (orders: readonly Pending[]): Decimal => orders.reduce((total, each) => total.plus(each.quantity), ZERO);
  const dearest = (orders: readonly Pending[]): Decimal => orders.reduce((most, { price }) => (price.gt(most) ? price : most), mark);
  const after = (which: 'buy' | 'sell', away: Decimal): Decimal => {
    const reduced = away.lt(0) ? lesser(away.neg(), quantity(of(which, true))) : ZERO;
    return away.plus(reduced).plus(quantity(of(which, false))).abs().times(dearest(of(which, false)));
  };
  return [after('buy', held), after('sell', held.neg()), held.abs().times(mark)].reduce((most, each) => (each.gt(most) ? each : most));
}

const lesser = (one: Decimal, other: Decimal): Decimal => (one.lt(other) ? one : other);

/** What each symbol's position can come to, open orders and waiting approvals counted, and the intent where it is given. */
export function worths(input: RiskInput, withIntent: boolean): readonly Worth[] {
  const { intent } = input;
  const asPending: Pending = { symbol: intent.symbol, underlying: input.underlying, leg: intent.leg, side: intent.side, quantity: intent.quantity, price: priceOf(input), reduceOnly: intent.reduceOnly, protective: false, waiting: false, leverage: intent.leverage };
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

/** Opposite to the position, and no more than is left of it beside all orders of that side. */
export function isReducing(input: RiskInput): boolean {
  return input.intent.reduceOnly && fits(input, () => true);
}

/** Reduce-only beyond what is there to be reduced, beside what closes it already: a broker that knows no reduce-only would open the other side. */
export const overReduces = (input: RiskInput): boolean => input.intent.reduceOnly && !fits(input, ({ reduceOnly }) => reduceOnly);

function fits(input: RiskInput, counts: (order: Pending) => boolean): boolean {
  const { intent, pending } = input;
  const held = heldOf(input);
  if (!held.times(sign(intent.side)).lt(0)) return false;
  const under = pending.filter((each) => !each.protective && !each.waiting && each.symbol === intent.symbol && each.leg === intent.leg && each.side === intent.side && counts(each))
    .reduce((total, { quantity }) => total.plus(quantity), ZERO);
  return intent.quantity.plus(under).lte(held.abs());
}
