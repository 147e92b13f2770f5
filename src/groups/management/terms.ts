import { isPositive, type Decimal } from '../../model/decimal.js';
import type { PositionMode } from '../../model/wire/groups.js';
import type { GroupsTable } from '../../storage/groups-schema.js';
import type { Flaw } from '../answer.js';
import type { GroupAccount } from './group-accounts.js';
import { flawed } from './refusals.js';

/** What a group trades, and with how much. */
export interface Terms {
  readonly leverage: number;
  readonly marginUsd: Decimal;
  readonly positionMode: PositionMode;
  readonly accountId: string;
}

/** @throws CodedError VALIDATION_ERROR with each thing that the account does not allow */
export function checkTerms({ leverage, marginUsd, positionMode, accountId }: Terms, account: GroupAccount): void {
  const flaws: Flaw[] = [];
  if (!isPositive(marginUsd)) flaws.push({ path: 'margin_usd', message: 'must be a number above 0' });
  if (!(Number.isInteger(leverage) && leverage >= 1 && leverage <= account.maxLeverage)) {
    flaws.push({ path: 'leverage', message: `must be a whole number from 1 to ${account.maxLeverage}, which is what the account ${accountId} allows` });
  }
  if (positionMode === 'hedge' && account.mode !== 'perpetual') {
    flaws.push({ path: 'position_mode', message: `hedge needs a perpetual account, and ${accountId} is ${account.mode}: use oneway, or another account` });
  }
  if (flaws.length > 0) throw flawed(flaws);
}

const LONGEST_ID = 60;

/** Of a group's own account; the next one where that is taken. */
export function accountIdOf(name: string, attempt: number): string {
  const end = attempt === 1 ? '' : `-${attempt}`;
  return `group-${name}`.slice(0, LONGEST_ID - end.length) + end;
}

export const CONFIGURED = ['name', 'market', 'symbol', 'interval', 'leverage', 'margin_usd', 'position_mode', 'account_id'] as const;

/** What of a row's configuration differs from the other's. */
export const differing = (before: GroupsTable, after: GroupsTable): Partial<Pick<GroupsTable, (typeof CONFIGURED)[number]>> =>
  Object.fromEntries(CONFIGURED.flatMap((field) => (before[field] === after[field] ? [] : [[field, after[field]]])));
