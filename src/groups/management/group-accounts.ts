import type { AccountMode } from '../../model/trading.js';

export interface GroupAccount {
  readonly mode: AccountMode;
  readonly currency: string;
  /** 1 or more. */
  readonly maxLeverage: number;
}

/** On paper. */
export interface NewGroupAccount {
  /** Up to 60 of A-Z a-z 0-9 _ . -, a letter or digit first. */
  readonly id: string;
  readonly mode: 'spot' | 'perpetual';
  readonly currency: string;
  /** Above 0 and at most 1e12. */
  readonly balance: number;
  /** A whole number from 1; 1 on spot. */
  readonly maxLeverage: number;
}

/** The accounts that groups may trade with. */
export abstract class GroupAccounts {
  /** null: there is none of this id. */
  abstract find(id: string): GroupAccount | null;
  /** It can be traded with once this resolves. @throws CodedError IDEMPOTENCY_CONFLICT where the id is taken or was once, VALIDATION_ERROR, STATE_FORBIDS where nothing is traded */
  abstract create(account: NewGroupAccount): Promise<unknown>;
}
