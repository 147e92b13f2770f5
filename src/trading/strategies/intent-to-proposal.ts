import { decimal, isPositive, type Decimal } from '../../model/decimal.js';
import { ORDER_TYPES, TIMES_IN_FORCE } from '../../model/trading.js';
import { proposal, type Proposal, type Size, type Want } from '../proposal.js';
import type { Amount, StrategyIntent, StrategySize } from './strategy.js';

/** Where and when a strategy wants something. */
export interface Occasion {
  readonly key: string;
  readonly strategyId: string;
  readonly accountId: string;
  readonly symbol: string;
  readonly signalId: string | null;
  /** Market time, epoch milliseconds. */
  readonly now: number;
  readonly price: number;
}

const LONGEST_REASON = 500;

/** @throws Error where the intent is none, with the field and what it must be: it may come from a file that nothing has checked */
export function toProposal(intent: StrategyIntent, { key, strategyId, accountId, symbol, signalId, now, price }: Occasion): Proposal {
  if (typeof intent !== 'object' || intent === null) throw wrong('an intent', 'an object such as { want: { kind: "close" }, reason: "…" }', intent);
  if (typeof intent.reason !== 'string' || intent.reason.trim() === '') throw wrong('reason', 'some text', intent.reason);
  return proposal({
    key, accountId, symbol, origin: 'strategy', originId: strategyId, signalId, asOf: now, price: decimal(price),
    want: wanted(intent.want),
    orderType: oneOf('orderType', ORDER_TYPES, intent.orderType ?? 'market'),
    timeInForce: oneOf('timeInForce', TIMES_IN_FORCE, intent.timeInForce ?? 'gtc'),
    limitPrice: optional('limitPrice', intent.limitPrice),
    stopPrice: optional('stopPrice', intent.stopPrice),
    trail: optional('trail', intent.trail),
    leverage: numberOr('leverage', intent.leverage, 1, 'a whole number from 1', (value) => Number.isInteger(value) && value >= 1),
    exits: intent.exits ? { target: optional('exits.target', intent.exits.target), stop: optional('exits.stop', intent.exits.stop) } : null,
    exitAt: numberOr('exitAt', intent.exitAt, null, `market time in milliseconds after ${now}`, (value) => value > now && value < Infinity),
    confidence: numberOr('confidence', intent.confidence, null, '0 to 1', (value) => value >= 0 && value <= 1),
    reason: intent.reason.slice(0, LONGEST_REASON),
  });
}

function wanted(want: StrategyIntent['want']): Want {
  switch (want?.kind) {
    case 'target':
      if (![1, 0, -1].includes(want.direction)) throw wrong('want.direction', '1, 0 or -1', want.direction);
      return { kind: 'target', direction: want.direction, size: sizeOf(want.size) };
    case 'open':
      return { kind: 'open', side: oneOf('want.side', ['long', 'short'] as const, want.side), size: sizeOf(want.size) };
    case 'close':
      return { kind: 'close', quantity: optional('want.quantity', want.quantity) };
    default:
      throw wrong('want.kind', 'target, open or close', (want as { kind?: unknown } | undefined)?.kind);
  }
}

function sizeOf(size: StrategySize | undefined): Size {
  if (size === undefined) return { kind: 'policy' };
  if ('quantity' in size) return { kind: 'quantity', quantity: positive('want.size.quantity', size.quantity) };
  return { kind: 'share', share: numberOr('want.size.share', size.share, Number.NaN, 'above 0', (value) => value > 0 && value < Infinity) };
}

const optional = (name: string, value: Amount | null | undefined): Decimal | null => (value === undefined || value === null ? null : positive(name, value));

function positive(name: string, value: Amount): Decimal {
  try {
    const amount = decimal(value);
    if (isPositive(amount)) return amount;
  } catch {
    // said below
  }
  throw wrong(name, 'a number above 0', value);
}

/** A fallback of NaN stands for none: the field is needed. */
function numberOr<T extends number | null>(name: string, value: number | undefined, fallback: T, needed: string, fits: (value: number) => boolean): number | T {
  if ((value === undefined || value === null) && !Number.isNaN(fallback)) return fallback;
  if (typeof value === 'number' && fits(value)) return value;
  throw wrong(name, needed, value);
}

function oneOf<T extends string>(name: string, choices: readonly T[], value: T): T {
  if (choices.includes(value)) return value;
  throw wrong(name, `one of ${choices.join(', ')}`, value);
}

const wrong = (name: string, needed: string, value: unknown): Error => new Error(`its intent's ${name} must be ${needed}, not ${String(JSON.stringify(value) ?? value).slice(0, 60)}`);
