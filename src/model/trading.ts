import type { Decimal } from './decimal.js';

/** Direction of an order. */
export type Side = 'buy' | 'sell';
export type PositionSide = 'long' | 'short';
/** `net`: one position a symbol. `long` and `short`: separate legs of a hedging account. */
export type Leg = 'net' | PositionSide;
export const ORDER_TYPES = ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'] as const;
export type OrderType = (typeof ORDER_TYPES)[number];
/** `day` ends with the session (crypto: 00:00Z), `ioc` fills what it can at once, `fok` all of it or nothing. */
export const TIMES_IN_FORCE = ['day', 'gtc', 'ioc', 'fok'] as const;
export type TimeInForce = (typeof TIMES_IN_FORCE)[number];

/** `spot`: no shorts, no leverage. `margin`: shorts, and buying power as the broker says. `perpetual`: leverage, cross margin, liquidation. */
export const ACCOUNT_MODES = ['spot', 'margin', 'perpetual'] as const;
export type AccountMode = (typeof ACCOUNT_MODES)[number];

/** REDUCING lets only reducing intents pass; HALTED also cancels what can add exposure. */
export const TRADING_STATES = ['ACTIVE', 'REDUCING', 'HALTED'] as const;
export type TradingState = (typeof TRADING_STATES)[number];

/** Levels that close the position again; prices above zero. */
export interface Exits {
  readonly target: Decimal | null;
  readonly stop: Decimal | null;
}

/** What is wanted of a broker, sized, before any gate. */
export interface Intent {
  readonly accountId: string;
  readonly symbol: string;
  readonly leg: Leg;
  readonly side: Side;
  /** Above zero, in base units. */
  readonly quantity: Decimal;
  readonly orderType: OrderType;
  readonly limitPrice: Decimal | null;
  readonly stopPrice: Decimal | null;
  /** Of a trailing stop: distance as a share of the price, e.g. 0.02. */
  readonly trail: Decimal | null;
  readonly timeInForce: TimeInForce;
  readonly reduceOnly: boolean;
  /** 1 where the account has none. */
  readonly leverage: number;
  /** A reduce-only pair that is placed once this is filled; null: none. */
  readonly exits: Exits | null;
}

/** Of one account, symbol and leg. */
export interface Position {
  readonly symbol: string;
  readonly leg: Leg;
  readonly side: PositionSide;
  /** Above zero. */
  readonly quantity: Decimal;
  /** Mean price of what is open. */
  readonly entryPrice: Decimal;
  readonly leverage: number;
  /** Market time, epoch milliseconds. */
  readonly openedAt: number;
}

export const sign = (side: Side | PositionSide): 1 | -1 => (side === 'buy' || side === 'long' ? 1 : -1);
export const sideOf = (direction: number): Side => (direction > 0 ? 'buy' : 'sell');

/** What an order has come to. `stored`: not sent as far as is known. `unknown`: sent, and no answer came. */
export const ORDER_STATUSES = ['stored', 'unknown', 'accepted', 'partially_filled', 'filled', 'cancelled', 'expired', 'rejected'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];
export const isOpen = (status: OrderStatus): boolean => status === 'stored' || status === 'unknown' || status === 'accepted' || status === 'partially_filled';

/** One execution of a broker, once for ever under its id. */
export interface Execution {
  /** Unique within the account. */
  readonly executionId: string;
  /** null: of an order that is not ours, or a liquidation. */
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly leg: Leg;
  readonly side: Side;
  /** Above zero. */
  readonly quantity: Decimal;
  readonly price: Decimal;
  /** In the account's currency; a rebate is negative. */
  readonly fee: Decimal;
  /** 1 where the account has none. */
  readonly leverage: number;
  /** Market time, epoch milliseconds. */
  readonly at: number;
  readonly liquidation: boolean;
}

/** Money that came or went without a fill. */
export interface AccountEntry {
  /** Unique within the account. */
  readonly entryId: string;
  readonly kind: 'deposit' | 'funding' | 'liquidation_shortfall' | 'adjustment';
  /** Signed, in the account's currency. */
  readonly amount: Decimal;
  readonly symbol: string | null;
  readonly at: number;
}
