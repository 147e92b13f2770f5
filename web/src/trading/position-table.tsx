import { Link } from '@tanstack/react-router';
import { usePrice } from '../prices.js';
import { Age } from '../signal-parts.js';
import { Cell, Table } from '../ui/table.js';
import { LiveMark } from './live-mark.js';
import { Change, Gain, priced, quantity, SideBadge } from './parts.js';
import type { Position } from './types.js';
import { unrealisedAt } from './use-marks.js';

type Row = Pick<Position, 'symbol' | 'side' | 'quantity' | 'entry_price' | 'mark_price' | 'opened_at'> & { readonly account_id?: string; readonly leverage?: number };

interface Props {
  readonly positions: readonly Row[];
  readonly currencyOf: (accountId: string) => string;
  readonly withAccount?: boolean;
}

/** Open positions; their marks are the prices that are heard. */
export function PositionTable({ positions, currencyOf, withAccount = false }: Props) {
  const columns = [
    { label: 'Symbol' }, ...(withAccount ? [{ label: 'Account', wide: true }] : []), { label: 'Side' }, { label: 'Quantity', numeric: true, wide: true },
    { label: 'Entry', numeric: true, wide: true }, { label: 'Price', numeric: true }, { label: 'P&L', numeric: true }, { label: 'Held', numeric: true, wide: true },
  ];
  return (
    <Table caption="Open positions" columns={columns}>
      {positions.map((position) => <PositionRow key={`${position.account_id} ${position.symbol} ${position.side}`} position={position} currency={currencyOf(position.account_id ?? '')} withAccount={withAccount} />)}
    </Table>
  );
}

function PositionRow({ position, currency, withAccount }: { readonly position: Row; readonly currency: string; readonly withAccount: boolean }) {
  const { symbol, side, quantity: size, entry_price: entry, account_id: account, opened_at: opened, leverage = 1 } = position;
  const mark = usePrice(symbol)?.price ?? position.mark_price;
  const gain = unrealisedAt(mark, position);
  return (
    <tr data-position={symbol}>
      <Cell><Link to="/symbols/$symbol" params={{ symbol }} className="font-semibold hover:text-accent hover:underline">{symbol}</Link></Cell>
      {withAccount && <Cell wide className="text-muted">{account}</Cell>}
      <Cell className="whitespace-nowrap"><SideBadge side={side} /> <LiveMark account={account} />{leverage > 1 && <span className="ml-1 text-xs text-muted">{leverage}×</span>}</Cell>
      <Cell numeric wide>{quantity(size)}</Cell>
      <Cell numeric wide>{priced(entry)}</Cell>
      <Cell numeric>{priced(mark)}</Cell>
      <Cell numeric><Gain of={gain} currency={currency} /><br /><span className="text-xs"><Change points={entry === 0 ? null : (gain / (entry * size)) * 100} /></span></Cell>
      <Cell numeric wide className="text-muted">{opened && <Age since={opened} />}</Cell>
    </tr>
  );
}
