import { useQuery } from '@tanstack/react-query';
import { Empty, ErrorNote, Loading } from '../../ui/states.js';
import { Section } from '../parts.js';
import { PositionTable } from '../position-table.js';
import { accountsQuery, positionsQuery } from '../queries.js';

export function Positions() {
  const { data: positions, error, refetch } = useQuery(positionsQuery);
  const { data: accounts } = useQuery(accountsQuery);
  const currency = (id: string): string => accounts?.find(({ account_id: account }) => account === id)?.currency ?? 'USD';
  return (
    <Section title="Open positions" aside={positions && <span className="text-xs text-muted tabular-nums">{positions.length}</span>}>
      {error && !positions && <div className="p-3"><ErrorNote error={error} again={() => void refetch()} /></div>}
      {!positions && !error && <Loading />}
      {positions?.length === 0 && <Empty title="Nothing is held.">What an account buys or sells short appears here with its price as it ticks.</Empty>}
      {positions && positions.length > 0 && <PositionTable positions={positions} currencyOf={currency} withAccount />}
    </Section>
  );
}
