import { useQuery } from '@tanstack/react-query';
import { Empty, ErrorNote, Loading } from '../../ui/states.js';
import { accountsQuery, positionsQuery, stateQuery } from '../queries.js';
import type { Position } from '../types.js';
import { AccountCard } from './account-card.js';

const NONE: readonly Position[] = [];

/** Every account as a card. */
export function Accounts() {
  const { data: accounts, error, refetch } = useQuery(accountsQuery);
  const { data: positions = NONE } = useQuery(positionsQuery);
  const { data: states } = useQuery(stateQuery);
  if (error && !accounts) return <ErrorNote error={error} again={() => void refetch()} />;
  if (!accounts) return <Loading what="Loading the accounts" />;
  if (accounts.length === 0) return <div className="panel"><Empty title="No account is traded.">Set TRADING=paper, and name accounts in config/risk.yaml.</Empty></div>;
  return (
    <section aria-label="Accounts" className="grid grid-cols-[repeat(auto-fit,minmax(14rem,1fr))] gap-3">
      {accounts.map((account) => (
        <AccountCard
          key={account.account_id} account={account} all={states?.state ?? 'ACTIVE'} own={states?.accounts.find(({ account_id: id }) => id === account.account_id) ?? null}
          positions={positions.filter(({ account_id: id }) => id === account.account_id)}
        />
      ))}
    </section>
  );
}
