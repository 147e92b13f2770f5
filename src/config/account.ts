import { ACCOUNT_MODES } from '../model/trading.js';
import type { AccountConfig, RiskLimitsConfig, SizingConfig } from './config.js';
import type { Fields } from './fields.js';

const share = (most: number) => (value: number): boolean => value > 0 && value <= most;
const METHODS = ['fixed_fraction', 'volatility_target', 'kelly'] as const;

export const DEFAULT_LIMITS: RiskLimitsConfig = {
  maxPosition: 0.2, maxExposure: 1, maxConcentration: 0.3, maxDailyLoss: 0.03, maxDrawdown: 0.15, ordersPerMinute: 30,
  priceBand: 0.05, maxPriceAgeMs: 15_000, minConfidence: 0.6, dayTradeRule: null,
};
export const DEFAULT_SIZING: SizingConfig = { method: 'fixed_fraction', fraction: 0.05, dailyVolatility: 0.01, kellyFraction: 0.25 };

/** A number where it is there, else what stands for it. */
export const numberOr = (fields: Fields, name: string, or: number, needed: string, fits: (value: number) => boolean): number =>
  (fields.has(name) ? fields.number(name, needed, fits) ?? or : or);

/** What is left out is as in `base`. */
export function limitsOf(fields: Fields | null, base: RiskLimitsConfig): RiskLimitsConfig {
  if (!fields) return base;
  const of = (name: string, or: number, most: number): number => numberOr(fields, name, or, `above 0 and at most ${most}`, share(most));
  const limits = {
    maxPosition: of('max_position', base.maxPosition, 100),
    maxExposure: of('max_exposure', base.maxExposure, 100),
    maxConcentration: of('max_concentration', base.maxConcentration, 100),
    maxDailyLoss: of('max_daily_loss', base.maxDailyLoss, 1),
    maxDrawdown: of('max_drawdown', base.maxDrawdown, 1),
    ordersPerMinute: of('orders_per_minute', base.ordersPerMinute, 100_000),
    priceBand: of('price_band', base.priceBand, 1),
    maxPriceAgeMs: 1000 * of('max_price_age_seconds', base.maxPriceAgeMs / 1000, 86_400),
    minConfidence: numberOr(fields, 'min_confidence', base.minConfidence, '0 to 1', (value) => value >= 0 && value <= 1),
    dayTradeRule: fields.has('day_trade_rule') ? dayTradeRule(fields.object('day_trade_rule')) : base.dayTradeRule,
  };
  fields.noOthers();
  return limits;
}

function dayTradeRule(fields: Fields | null): RiskLimitsConfig['dayTradeRule'] {
  if (!fields) return null;
  const whole = (most: number) => (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= most;
  const rule = {
    maxDayTrades: numberOr(fields, 'max_day_trades', 3, '0 to 1000', whole(1000)),
    sessions: numberOr(fields, 'sessions', 5, '1 to 20', (value) => whole(20)(value) && value > 0),
    minEquity: numberOr(fields, 'min_equity', 25_000, '0 or more', (value) => value >= 0 && value <= 1e12),
  };
  fields.noOthers();
  return rule;
}

export function sizingOf(fields: Fields | null, base: SizingConfig): SizingConfig {
  if (!fields) return base;
  const of = (name: string, or: number, most: number): number => numberOr(fields, name, or, `above 0 and at most ${most}`, share(most));
  const sizing = {
    method: fields.has('method') ? fields.choice('method', METHODS) ?? base.method : base.method,
    fraction: of('fraction', base.fraction, 100),
    dailyVolatility: of('daily_volatility', base.dailyVolatility, 1),
    kellyFraction: of('kelly_fraction', base.kellyFraction, 1),
  };
  fields.noOthers();
  return sizing;
}

/** What an account is; its id, and who follows what, is its owner's to say. */
export function accountTerms(fields: Fields, limits: RiskLimitsConfig, sizing: SizingConfig): Pick<AccountConfig, 'mode' | 'currency' | 'balance' | 'limits' | 'sizing'> {
  return {
    mode: fields.has('mode') ? fields.choice('mode', ACCOUNT_MODES.filter((mode) => mode !== 'margin')) ?? 'spot' : 'spot',
    currency: fields.has('currency') ? fields.text('currency') ?? 'USD' : 'USD',
    balance: numberOr(fields, 'balance', 10_000, 'above 0 and at most 1e12', share(1e12)),
    limits: fields.has('limits') ? limitsOf(fields.object('limits'), limits) : limits,
    sizing: fields.has('sizing') ? sizingOf(fields.object('sizing'), sizing) : sizing,
  };
}
