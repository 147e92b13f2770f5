import { createHash } from 'node:crypto';
import type { Decimal } from '../../model/decimal.js';
import type { Intent } from '../../model/trading.js';

/** All that a person is shown and agrees to. */
export interface Shown {
  readonly decisionId: string;
  readonly intent: Intent;
  readonly price: Decimal;
  readonly maxDrift: number;
  /** Market time, epoch milliseconds. */
  readonly expiresAt: number;
}

const plain = (value: Decimal | null): string | null => value?.toFixed() ?? null;

/** Keys in one order, decimals as plain texts (never `1e-7`). */
const canonical = ({ decisionId, intent, price, maxDrift, expiresAt }: Shown): string => JSON.stringify({
  account_id: intent.accountId,
  decision_id: decisionId,
  exits: intent.exits && { stop: plain(intent.exits.stop), target: plain(intent.exits.target) },
  expires_at: expiresAt,
  leg: intent.leg,
  leverage: intent.leverage,
  limit_price: plain(intent.limitPrice),
  max_drift: maxDrift,
  order_type: intent.orderType,
  price: plain(price),
  quantity: plain(intent.quantity),
  reduce_only: intent.reduceOnly,
  side: intent.side,
  stop_price: plain(intent.stopPrice),
  symbol: intent.symbol,
  time_in_force: intent.timeInForce,
  trail: plain(intent.trail),
});

/** SHA-256 in hex: who agrees names it, so that nothing else can be meant. */
export const intentHash = (shown: Shown): string => createHash('sha256').update(canonical(shown)).digest('hex');
