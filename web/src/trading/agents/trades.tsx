import { useQuery } from '@tanstack/react-query';
import { dayTime, fullTime, span } from '../../format.js';
import { Empty, ErrorNote, Loading } from '../../ui/states.js';
import { Cell, Table } from '../../ui/table.js';
import { Change, Gain, priced, quantity, SideBadge } from '../parts.js';
import { agentQuery } from '../queries.js';
import type { Trade } from '../types.js';

const LATEST = 100;
const COLUMNS = [
  { label: 'Closed' }, { label: 'Symbol' }, { label: 'Side' }, { label: 'Quantity', numeric: true, wide: true }, { label: 'Entry', numeric: true, wide: true }, { label: 'Exit', numeric: true, wide: true },
  { label: 'Held', numeric: true, wide: true }, { label: 'Fees', numeric: true, wide: true }, { label: 'P&L', numeric: true },
];

/** Closed trades, after fees. */
export function Trades({ agentId, currency }: { readonly agentId: string; readonly currency: string }) {
  const { data: trades, error, refetch } = useQuery(agentQuery<readonly Trade[]>(agentId, 'trades', LATEST));
  if (error && !trades) return <div className="p-3"><ErrorNote error={error} again={() => void refetch()} /></div>;
  if (!trades) return <Loading what="Loading the trades" />;
  if (trades.length === 0) return <Empty title="No trade has closed yet.">A trade is closed once its position is.</Empty>;
  return (
    <Table caption="Closed trades, newest first" columns={COLUMNS}>
      {trades.map(({ trade_id: id, closed_at: closed, opened_at: opened, symbol, side, quantity: size, entry_price: entry, exit_price: exit, pnl, fees, liquidated }) => (
        <tr key={id} data-trade={id}>
          <Cell className="whitespace-nowrap text-muted"><time dateTime={closed} title={fullTime(closed)}>{dayTime(closed)}</time></Cell>
          <Cell className="font-semibold">{symbol}</Cell>
          <Cell><SideBadge side={side} />{liquidated && <span className="ml-1 text-xs text-sell">liquidated</span>}</Cell>
          <Cell numeric wide>{quantity(size)}</Cell>
          <Cell numeric wide>{priced(entry)}</Cell>
          <Cell numeric wide>{priced(exit)}</Cell>
          <Cell numeric wide className="text-muted">{span(Date.parse(closed) - Date.parse(opened))}</Cell>
          <Cell numeric wide>{priced(fees)}</Cell>
          <Cell numeric><Gain of={pnl} currency={currency} /> <span className="text-xs"><Change points={(pnl / (entry * size)) * 100} /></span></Cell>
        </tr>
      ))}
    </Table>
  );
}
