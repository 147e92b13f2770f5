import type { Decimal } from '../model/decimal.js';
import type { Owner } from './owner.js';
import type { Exits, Leg, OrderType, PositionSide, TimeInForce } from '../model/trading.js';

type Origin = 'signal' | 'agent' | 'strategy' | 'group' | 'person';

/** How much: base units; what is bound, in the account's currency (times leverage is what is bought); a share of the equity; or as config/risk.yaml sizes. */
export type Size =
  | { readonly kind: 'quantity'; readonly quantity: Decimal }
  | { readonly kind: 'margin'; readonly amount: Decimal }
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'policy' };

export type Want =
  /** A position to be had: order = target − position − open orders, nothing under a fifth of the target. −1 where shorts are not possible: flat. */
  | { readonly kind: 'target'; readonly direction: 1 | 0 | -1; readonly size: Size }
  /** More of one side. */
  | { readonly kind: 'open'; readonly side: PositionSide; readonly size: Size }
  /** Reduce-only: all of it, or no more than is there. */
  | { readonly kind: 'close'; readonly quantity: Decimal | null };

/** What somebody wants to trade. Directions of the edges (BUY, LONG, open_long, …) are mapped before. */
export interface Proposal {
  /** Once for ever in its account: a second one with it gets the first's decision. */
  readonly key: string;
  readonly accountId: string;
  readonly symbol: string;
  readonly leg: Leg;
  readonly origin: Origin;
  /** Of the signal, the agent, the strategy, the group, or the subject. */
  readonly originId: string;
  readonly signalId: string | null;
  readonly correlationId: string | null;
  /** In whose name it is kept and told, where the desk closes by itself what another's entry opened: policies and gates look at `origin`. */
  readonly onBehalf: Owner | null;
  readonly want: Want;
  readonly orderType: OrderType;
  readonly limitPrice: Decimal | null;
  readonly stopPrice: Decimal | null;
  readonly trail: Decimal | null;
  readonly timeInForce: TimeInForce;
  readonly leverage: number;
  readonly exits: Exits | null;
  /** Market time at which the position is closed whatever it is worth; null: not by time. */
  readonly exitAt: number | null;
  /** 0 to 1; null where there is none (a person's own order). */
  readonly confidence: number | null;
  /** Calibrated; null until there is one. */
  readonly probability: number | null;
  /** The price it was decided at. */
  readonly price: Decimal | null;
  /** Market time, epoch milliseconds. */
  readonly asOf: number;
  readonly reason: string;
}

/** A market order by the policy's size, to be overridden. */
export const proposal = (given: Pick<Proposal, 'key' | 'accountId' | 'symbol' | 'origin' | 'originId' | 'want' | 'asOf' | 'reason'> & Partial<Proposal>): Proposal => ({
  leg: 'net', signalId: null, correlationId: null, onBehalf: null, orderType: 'market', limitPrice: null, stopPrice: null, trail: null, timeInForce: 'gtc',
  leverage: 1, exits: null, exitAt: null, confidence: null, probability: null, price: null, ...given,
});
