import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { get } from '../../api.js';
import { timeOfDay } from '../../format.js';
import { Button } from '../../ui/button.js';
import { ErrorNote, Loading } from '../../ui/states.js';
import { Cell } from '../../ui/table.js';
import { LiveMark } from '../live-mark.js';
import { Moment, priced, quantity, SideBadge, StatusBadge } from '../parts.js';
import type { Order, OrderDetail } from '../types.js';

const COLUMNS = 10;
/** A reason that says no more than the status. */
const SAID_BY_STATUS = 'It was cancelled';

/** An order; opened, with its fills and what was decided. */
export function OrderRow({ order, open, onToggle }: { readonly order: Order; readonly open: boolean; readonly onToggle: () => void }) {
  const { order_id: id, timestamp, symbol, side, quantity: size, order_type: type, limit_price: limit, stop_price: stop, account_id: account, role, status, filled_quantity: filled, average_price: average, fees } = order;
  return (
    <>
      <tr data-order={id}>
        <Cell className="w-8 pr-0!"><Button look="quiet" className="min-h-6! px-1.5! py-0!" aria-expanded={open} aria-label={`Fills of the order of ${symbol} at ${timeOfDay(timestamp)}`} onClick={onToggle}>{open ? '▾' : '▸'}</Button></Cell>
        <Cell className="whitespace-nowrap text-muted"><Moment at={timestamp} /></Cell>
        <Cell><Link to="/symbols/$symbol" params={{ symbol }} className="font-semibold hover:text-accent hover:underline">{symbol}</Link></Cell>
        <Cell className="whitespace-nowrap">
          <SideBadge side={side} /> <span className="tabular-nums">{quantity(size)}</span>
          <span className="text-xs text-muted max-sm:hidden"> {type.replace('_', ' ')}{limit !== null && ` at ${priced(limit)}`}{stop !== null && ` from ${priced(stop)}`}</span>
        </Cell>
        <Cell wide className="whitespace-nowrap text-muted">{account}</Cell>
        <Cell wide className="text-muted">{role}</Cell>
        <Cell numeric wide>{quantity(filled)}</Cell>
        <Cell numeric wide>{priced(average)}</Cell>
        <Cell numeric wide>{priced(fees)}</Cell>
        <Cell><span className="inline-flex flex-wrap gap-1"><StatusBadge status={status} /><LiveMark account={account} /></span>{order.reason && order.reason !== SAID_BY_STATUS && <p className="mt-0.5 max-w-xs text-xs text-muted">{order.reason}</p>}</Cell>
      </tr>
      {open && <tr><td colSpan={COLUMNS} className="bg-raised/50 px-3 py-2"><Fills orderId={id} /></td></tr>}
    </>
  );
}

function Fills({ orderId }: { readonly orderId: string }) {
  const { data, error, refetch } = useQuery({ queryKey: ['trading', 'orders', 'one', orderId], queryFn: ({ signal }) => get<OrderDetail>(`/api/orders/${orderId}`, {}, signal) });
  if (error) return <ErrorNote error={error} again={() => void refetch()} />;
  if (!data) return <Loading />;
  return (
    <div className="space-y-2 text-sm">
      {data.decision?.reason && <p><span className="text-muted">Why: </span>{data.decision.reason}</p>}
      {data.fills.length === 0 ? <p className="text-muted">Nothing of it is filled.</p> : (
        <ul aria-label="Fills" className="space-y-0.5">
          {data.fills.map(({ execution_id: id, quantity: size, price, fee, realised, liquidation, timestamp }) => (
            <li key={id} className="flex flex-wrap gap-x-4 tabular-nums">
              <span className="text-muted">{timeOfDay(timestamp)}</span><span>{quantity(size)} at {priced(price)}</span><span className="text-muted">fee {priced(fee)}</span>
              {realised !== 0 && <span className={realised > 0 ? 'text-buy' : 'text-sell'}>realised {priced(realised)}</span>}{liquidation && <span className="text-sell">liquidated</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
