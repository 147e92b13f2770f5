import { createHash } from 'node:crypto';
import { decimal, type Decimal } from '../model/decimal.js';
import type { Intent } from '../model/trading.js';

type Money = 'quantity' | 'limitPrice' | 'stopPrice' | 'trail';
const text = (value: Decimal | null): string | null => value?.toString() ?? null;

/** Every field, decimals as text, in one order: what is stored, shown and hashed. */
export const intentText = (intent: Intent): string => JSON.stringify({
  accountId: intent.accountId, symbol: intent.symbol, leg: intent.leg, side: intent.side, quantity: text(intent.quantity), orderType: intent.orderType,
  limitPrice: text(intent.limitPrice), stopPrice: text(intent.stopPrice), trail: text(intent.trail), timeInForce: intent.timeInForce,
  reduceOnly: intent.reduceOnly, leverage: intent.leverage,
  exits: intent.exits && { target: text(intent.exits.target), stop: text(intent.exits.stop) },
});

/** @throws SyntaxError, Error where the text is none of `intentText` */
export function intentFrom(stored: string): Intent {
  const read = JSON.parse(stored) as Omit<Intent, Money | 'exits'> & Record<Money, string | null> & { exits: { target: string | null; stop: string | null } | null };
  const money = (value: string | null): Decimal | null => (value === null ? null : decimal(value));
  return {
    ...read, quantity: decimal(read.quantity ?? 'NaN'), limitPrice: money(read.limitPrice), stopPrice: money(read.stopPrice), trail: money(read.trail),
    exits: read.exits && { target: money(read.exits.target), stop: money(read.exits.stop) },
  };
}

const digest = (value: string): string => createHash('sha256').update(value).digest('hex');

/** The same proposal, the same decision, on every node and after every crash. */
export const decisionIdOf = (accountId: string, key: string): string => `d-${digest(`${accountId}\n${key}`).slice(0, 32)}`;

/** At most 48 of `a-z 0-9 -`: what the broker knows the order by. */
export const orderIdOf = (decisionId: string, role: string): string => `o-${digest(`${decisionId}\n${role}`).slice(0, 32)}`;
