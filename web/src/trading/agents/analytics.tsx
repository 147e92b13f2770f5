import { useQuery } from '@tanstack/react-query';
import { percent } from '../../format.js';
import { Empty, ErrorNote, Loading } from '../../ui/states.js';
import { Cell, Table } from '../../ui/table.js';
import { Gain } from '../parts.js';
import { agentQuery } from '../queries.js';

interface Share {
  readonly trades: number;
  readonly win_rate: number;
  readonly total_pnl: number;
  readonly average_pnl: number;
}
interface Figures {
  readonly by_symbol: readonly (Share & { readonly symbol: string })[];
  readonly by_hour: readonly (Share & { readonly hour: number })[];
  readonly by_weekday: readonly (Share & { readonly name: string })[];
}

const hourWord = (hour: number): string => `${String(hour).padStart(2, '0')}:00 UTC`;

/** Closed trades by what they were in, and when they were opened. */
export function Analytics({ agentId, currency }: { readonly agentId: string; readonly currency: string }) {
  const { data, error, refetch } = useQuery(agentQuery<Figures>(agentId, 'analytics'));
  if (error && !data) return <div className="p-3"><ErrorNote error={error} again={() => void refetch()} /></div>;
  if (!data) return <Loading />;
  if (data.by_symbol.length === 0) return <Empty title="No trade has closed yet.">By symbol, hour and weekday once there is one.</Empty>;
  return (
    <div className="grid items-start gap-x-4 lg:grid-cols-3">
      <Shares title="By symbol" of="Symbol" currency={currency} shares={data.by_symbol.map((share) => [share.symbol, share])} />
      <Shares title="By hour of opening" of="Hour" currency={currency} shares={data.by_hour.map((share) => [hourWord(share.hour), share])} />
      <Shares title="By weekday of opening" of="Weekday" currency={currency} shares={data.by_weekday.map((share) => [share.name, share])} />
    </div>
  );
}

function Shares({ title, of, shares, currency }: { readonly title: string; readonly of: string; readonly shares: readonly (readonly [string, Share])[]; readonly currency: string }) {
  return (
    <Table caption={title} captioned columns={[{ label: of }, { label: 'Trades', numeric: true }, { label: 'Won', numeric: true }, { label: 'P&L', numeric: true }, { label: 'Average', numeric: true, wide: true }]}>
      {shares.map(([name, { trades, win_rate: wins, total_pnl: total, average_pnl: average }]) => (
        <tr key={name}><Cell className="whitespace-nowrap">{name}</Cell><Cell numeric>{trades}</Cell><Cell numeric>{percent(wins)}</Cell><Cell numeric><Gain of={total} currency={currency} /></Cell><Cell numeric wide><Gain of={average} currency={currency} /></Cell></tr>
      ))}
    </Table>
  );
}
