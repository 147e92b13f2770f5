import type { Transaction } from 'kysely';
import type { Decimal } from '../model/decimal.js';
import type { Intent } from '../model/trading.js';
import type { NewMessage } from '../rooms/message.js';
import type { Schema } from '../storage/schema.js';

/** What waits for a person. */
export abstract class ApprovalDesk {
  /** How many must agree; 0: nobody is asked. */
  abstract needed(of: { broker: string; accountId: string; symbol: string; origin: string; notional: number }): number;
  /** What to store and say so that it waits. */
  abstract ask(asked: { decisionId: string; accountId: string; symbol: string; intent: Intent; price: Decimal; needed: number; at: number }):
  { readonly approvalId: string; readonly store: (tx: Transaction<Schema>) => Promise<void>; readonly messages: readonly NewMessage[]; readonly stored: () => void };
  /** Intents of the account that wait. */
  abstract waiting(accountId: string): readonly Intent[];
}
