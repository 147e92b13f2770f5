import type { RiskLimitsConfig } from '../../config/config.js';
import type { Decimal } from '../../model/decimal.js';
import type { Instrument } from '../../model/instrument.js';
import type { Intent, Leg, Side, TradingState } from '../../model/trading.js';

/** What config/risk.yaml allows. */
export type RiskLimits = RiskLimitsConfig;

/** A position as it is worth now. */
export interface Holding {
  readonly symbol: string;
  readonly underlying: string;
  readonly leg: Leg;
  /** Signed: short is negative. */
  readonly quantity: Decimal;
  readonly mark: Decimal;
}

/** An open order, or an intent that waits for a person. */
export interface Pending {
  readonly symbol: string;
  readonly underlying: string;
  readonly leg: Leg;
  readonly side: Side;
  /** What is not filled yet. */
  readonly quantity: Decimal;
  /** What it may cost: its own price, or the mark. */
  readonly price: Decimal;
  readonly reduceOnly: boolean;
  /** Of a target and stop: it stands aside for what closes by decision. */
  readonly protective: boolean;
  /** It waits for a person, and is held against every gate again before it becomes an order. */
  readonly waiting: boolean;
  readonly leverage: number;
}

/** All that gates look at. Times are market time in epoch milliseconds. */
export interface RiskInput {
  readonly intent: Intent;
  readonly instrument: Instrument;
  readonly underlying: string;
  /** What the account's broker can do with the instrument. */
  readonly abilities: {
    readonly shorts: boolean;
    readonly orderTypes: ReadonlySet<string>;
    readonly timesInForce: ReadonlySet<string>;
    readonly lotSize: number;
    readonly minNotional: number;
    readonly maxLeverage: number;
    readonly hedging: boolean;
  };
  /** The stricter of the account's and the server's. */
  readonly state: TradingState;
  readonly now: number;
  /** null: there is none yet. */
  readonly price: { readonly bid: Decimal; readonly ask: Decimal; readonly last: Decimal; readonly at: number } | null;
  /** The price it was decided at; null: none is known. */
  readonly decidedPrice: Decimal | null;
  /** The key was used before, by another decision. */
  readonly duplicate: boolean;
  readonly confidence: number | null;
  /** Whether it is somebody's own judgement (a person, a group) that has no confidence to ask for. */
  readonly needsConfidence: boolean;
  readonly equity: Decimal;
  /** What new exposure may cost. */
  readonly buyingPower: Decimal;
  readonly peakEquity: Decimal;
  /** When the day began. */
  readonly dayStartEquity: Decimal;
  readonly holdings: readonly Holding[];
  readonly pending: readonly Pending[];
  /** Of the account's orders, newest last; older than a minute may be left out. */
  readonly orderTimes: readonly number[];
  /** Day trades of the last sessions, as `dayTradesOf` counts them. */
  readonly dayTrades: { readonly count: number };
}

export interface Pass {
  readonly pass: true;
}
export interface Refusal {
  readonly pass: false;
  readonly code: GateCode;
  /** Numbers, and what to do. */
  readonly detail: string;
  readonly numbers: Readonly<Record<string, number | string>>;
}
export type GateResult = Pass | Refusal;

export type GateCode =
  | 'BAD_INTENT' | 'STATE_HALTED' | 'STATE_REDUCING' | 'DUPLICATE' | 'MARKET_CLOSED' | 'PRICE_STALE' | 'PRICE_BAND' | 'NOT_ABLE' | 'LOT_SIZE' | 'MIN_NOTIONAL' | 'BUYING_POWER' | 'MAX_POSITION' | 'MAX_EXPOSURE' | 'MAX_CONCENTRATION' | 'MAX_DAILY_LOSS' | 'MAX_DRAWDOWN' | 'ORDER_RATE' | 'DAY_TRADE_RULE' | 'MIN_CONFIDENCE';

/** Pure: the same input, the same answer. Compares so that NaN is refused, never passed. */
export type RiskGate = (input: RiskInput, limits: RiskLimits) => GateResult;

export const PASS: Pass = Object.freeze({ pass: true });
export const refuse = (code: GateCode, detail: string, numbers: Refusal['numbers'] = {}): Refusal => ({ pass: false, code, detail, numbers });
