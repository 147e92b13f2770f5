import { useQuery } from '@tanstack/react-query';
import { Badge } from '../ui/badge.js';
import { accountsQuery } from './queries.js';
import type { Account } from './types.js';

/** Real money. */
export const isLive = ({ broker }: Pick<Account, 'broker'>): boolean => broker === 'alpaca-live';

/** Beside whatever an account does or is asked to do: says so where it trades real money, and nothing where it does not. */
export function LiveMark({ account }: { readonly account: string | undefined }) {
  const { data: live } = useQuery({ ...accountsQuery, select: (accounts) => accounts.some((each) => each.account_id === account && isLive(each)) });
  return live === true ? <Badge tone="sell" title="Real money, at Alpaca">LIVE</Badge> : null;
}
