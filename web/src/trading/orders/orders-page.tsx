import { useState } from 'react';
import { Button } from '../../ui/button.js';
import { Empty, ErrorNote, Loading } from '../../ui/states.js';
import { Table } from '../../ui/table.js';
import { Section } from '../parts.js';
import { Filters } from './filters.js';
import { OrderRow } from './order-row.js';
import { useOrders, type Filter } from './use-lists.js';

const STATUSES = ['open', 'accepted', 'partially_filled', 'filled', 'cancelled', 'expired', 'rejected'];
const COLUMNS = [
  { label: 'Fills', hidden: true }, { label: 'Time' }, { label: 'Symbol' }, { label: 'Order' }, { label: 'Account', wide: true }, { label: 'Role', wide: true }, { label: 'Filled', numeric: true, wide: true },
  { label: 'Average', numeric: true, wide: true }, { label: 'Fees', numeric: true, wide: true }, { label: 'Status' },
];

export function OrdersPage() {
  const [filter, setFilter] = useState<Filter>({});
  const { items, error, again, more, loadingMore } = useOrders(filter);
  const [open, setOpen] = useState<string | null>(null);
  return (
    <>
      <h1 className="sr-only">Orders and fills</h1>
      <Section title="Orders and fills" aside={<Filters filter={filter} onChange={setFilter} statuses={STATUSES} />}>
        {error && <div className="p-3"><ErrorNote error={error} again={again} /></div>}
        {!items && !error && <Loading what="Loading the orders" />}
        {items?.length === 0 && <Empty title={Object.values(filter).some(Boolean) ? 'No order fits.' : 'No order yet.'}>A decision that passes its gates, and a person where one is asked, becomes an order.</Empty>}
        {items && items.length > 0 && (
          <Table caption="Orders, newest first" columns={COLUMNS}>
            {items.map((order) => <OrderRow key={order.order_id} order={order} open={open === order.order_id} onToggle={() => setOpen(open === order.order_id ? null : order.order_id)} />)}
          </Table>
        )}
        {more && <div className="border-t border-line p-2 text-center"><Button busy={loadingMore} onClick={more}>Earlier orders</Button></div>}
      </Section>
    </>
  );
}
