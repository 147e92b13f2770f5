import type { Candle, Tick } from '../../model/candle.js';
import type { IndicatorValues } from '../../model/indicators.js';
import type { OrderType, PositionSide, Position, TimeInForce } from '../../model/trading.js';
import type { StoredSignal } from '../signal-targets.js';

/** A number, or its decimal text where a float would not be exact. */
export type Amount = number | string;

/** Base units, or a share of the account's equity. Left out: as config/risk.yaml sizes. */
export type StrategySize = { readonly quantity: Amount } | { readonly share: number };

/** What a strategy wants; sizing, gates, approval and the broker follow. */
export interface StrategyIntent {
  readonly want:
    /** A position to be had, whatever is there now; −1 where shorts are not possible: flat. */
    | { readonly kind: 'target'; readonly direction: 1 | 0 | -1; readonly size?: StrategySize }
    /** More of one side. */
    | { readonly kind: 'open'; readonly side: PositionSide; readonly size?: StrategySize }
    /** All that is there, or no more than so much of it. */
    | { readonly kind: 'close'; readonly quantity?: Amount };
  /** `market` where it is left out. */
  readonly orderType?: OrderType;
  readonly limitPrice?: Amount;
  readonly stopPrice?: Amount;
  /** Of a trailing stop: share of the price, e.g. 0.02. */
  readonly trail?: Amount;
  /** `gtc` where it is left out. */
  readonly timeInForce?: TimeInForce;
  /** 1 where it is left out. */
  readonly leverage?: number;
  /** Levels that close the position again. */
  readonly exits?: { readonly target?: Amount; readonly stop?: Amount };
  /** Market time, epoch milliseconds, at which it is closed whatever it is worth. */
  readonly exitAt?: number;
  /** 0 to 1; left out: a rule has none. */
  readonly confidence?: number;
  /** Said with the order. */
  readonly reason: string;
}

/** What a strategy may know beside the event itself: all of it as of `now`. */
export interface StrategyContext {
  readonly symbol: string;
  /** Market time, epoch milliseconds; never goes back for a symbol. */
  readonly now: number;
  readonly price: number;
  /** Of the strategy's account; null: flat, or this node does not trade the account. */
  readonly position: Position | null;
  /** Closed ones of the panel's interval, oldest first, at most 200. */
  readonly candles: readonly Candle[];
  /** After the last closed candle; null before the first. */
  readonly indicators: IndicatorValues | null;
  /** The past is told again after a start: what is wanted now is dropped. */
  readonly warmingUp: boolean;
}

export type Intents = readonly StrategyIntent[] | void;

/**
 * Rules of one's own, the same in backtest and live. One instance sees all its symbols, in market time. Its answers follow
 * from what it was told and from nothing else: no clock, no randomness, no I/O, no promise. What throws ends it.
 */
export interface Strategy {
  /** Each new price; only of feeds that tick. */
  onTick?(tick: Tick, context: StrategyContext): Intents;
  /** Each closed candle of the panel's interval; after a start first the past ones (`warmUp`). */
  onCandle?(candle: Candle, context: StrategyContext): Intents;
  /** Each stored signal of Conclave. */
  onSignal?(signal: StoredSignal, context: StrategyContext): Intents;
}

export interface ParameterRange {
  readonly default: number;
  readonly least: number;
  readonly most: number;
  /** Whole numbers only. */
  readonly whole?: boolean;
}

export type Parameters = Readonly<Record<string, number>>;

/** What config/agents.yaml names: a class of this house, or of a file of one's own. */
export interface StrategyClass {
  new (parameters: Parameters): Strategy;
  readonly parameters?: Readonly<Record<string, ParameterRange>>;
  /** What is wrong between parameters that are all in range; each with its remedy. */
  problems?(parameters: Parameters): readonly string[];
  /** Closed candles that are told again after a start, at most 500; none where it is left out. */
  warmUp?(parameters: Parameters): number;
}
