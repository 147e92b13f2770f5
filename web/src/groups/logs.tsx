import type { GroupLesson } from 'conclave/client';
import { dayTime, fullTime, number, timeOfDay } from '../format.js';
import { Badge } from '../ui/badge.js';
import { Cell, Table } from '../ui/table.js';
import { Conversation, TraceLink } from './conversation.js';
import { LogList } from './log-list.js';
import { OrderStatus, quantity, Side } from './order-parts.js';
import { Outcome } from './outcome.js';
import type { StoredEvent } from './shapes.js';
import { orderKey, type GroupLog, type Log, type OrderNow } from './use-group-log.js';

/** To the second where it was today. */
const when = (at: string): string => (new Date(at).toDateString() === new Date().toDateString() ? timeOfDay(at) : dayTime(at));
const When = ({ at }: { readonly at: string }) => <time dateTime={at} title={fullTime(at)} className="whitespace-nowrap text-muted tabular-nums">{when(at)}</time>;

export function Discussions({ log: { discussions, orders, lessons }, digits }: { readonly log: GroupLog; readonly digits: number }) {
  return (
    <LogList log={discussions} what="discussions" empty={{ title: 'Nothing was discussed yet.', text: 'When the group’s program has heard an event, its members’ opinions and the leader’s decision stand here, with the orders that came of it. Send a test event to see how.' }}>
      {(items) => (
        <div className="divide-y divide-line">
          {items.map((item) => (
            <Conversation key={item.discussion_id} discussion={item} heard={orders.items ?? []} digits={digits} lesson={lessons.items?.find((lesson) => lesson.discussion_id === item.discussion_id || lesson.lesson_id === item.lesson_id)} />
          ))}
        </div>
      )}
    </LogList>
  );
}

/** The server's own words beside what happens in the world. */
const OWN: ReadonlySet<string> = new Set(['config_update', 'order_update']);
const EVENT_COLUMNS = [{ label: 'Time' }, { label: 'Event' }, { label: 'From', wide: true }, { label: 'Priority', numeric: true }, { label: 'Trace', hidden: true, wide: true }];

const correlationOf = ({ id, correlation_id: own, condition }: StoredEvent): string =>
  own ?? ((condition?.['trace'] as { correlation_id?: string } | undefined)?.correlation_id ?? id);

export function Events({ log }: { readonly log: Log<StoredEvent> }) {
  return (
    <LogList log={log} what="events" empty={{ title: 'No event yet.', text: 'Triggers and programs send events to a group by its name. A test event shows how one looks.' }}>
      {(items) => (
        <Table caption="Events of the group" columns={EVENT_COLUMNS}>
          {items.map((event) => (
            <tr key={event.id} data-event={event.id}>
              <Cell className="align-top"><When at={event.created_at} /></Cell>
              <Cell className="min-w-40">
                <span className={`break-words ${OWN.has(event.event_type) ? 'text-muted' : 'font-medium'}`}>{event.title}</span>
                <span className="ml-2 inline-flex flex-wrap gap-1 align-middle">{event.event_type !== 'immediate' && <Badge>{event.event_type.replaceAll('_', ' ')}</Badge>}{event.tags.includes('test') && <Badge tone="warn">test</Badge>}</span>
              </Cell>
              <Cell wide className="break-all text-muted">{event.source_id}</Cell>
              <Cell numeric>{number(event.priority, 0)}</Cell>
              <Cell wide className="text-right"><TraceLink of={correlationOf(event)} /></Cell>
            </tr>
          ))}
        </Table>
      )}
    </LogList>
  );
}

const ORDER_COLUMNS = [{ label: 'Time' }, { label: 'Order' }, { label: 'Quantity', numeric: true, wide: true }, { label: 'Filled', numeric: true, wide: true }, { label: 'Price', numeric: true }, { label: 'Status' }, { label: 'Trace', hidden: true, wide: true }];

export function Orders({ log, digits }: { readonly log: Log<OrderNow>; readonly digits: number }) {
  return (
    <LogList log={log} what="orders" empty={{ title: 'No order yet.', text: 'What the group’s program sends as post_trade stands here, with what the gates said and how it was filled.' }}>
      {(items) => (
        <Table caption="Orders of the group" columns={ORDER_COLUMNS}>
          {items.map((order) => (
            <tr key={orderKey(order)} data-order={order.order_id ?? ''}>
              <Cell><When at={order.at} /></Cell>
              <Cell><Side of={order.side} /> <span className="text-muted tabular-nums"><span className="sm:hidden">{quantity(order.quantity)} </span>{order.symbol}</span></Cell>
              <Cell numeric wide>{quantity(order.quantity)}</Cell>
              <Cell numeric wide>{quantity(order.filled_quantity)}</Cell>
              <Cell numeric>{number(order.average_price, digits)}</Cell>
              <Cell><OrderStatus of={order.status} />{order.gate && <div className="max-w-64 text-xs text-muted">{order.gate.detail}</div>}</Cell>
              <Cell wide className="text-right">{order.correlation_id !== null && <TraceLink of={order.correlation_id} />}</Cell>
            </tr>
          ))}
        </Table>
      )}
    </LogList>
  );
}

export function Lessons({ log }: { readonly log: Log<GroupLesson> }) {
  return (
    <LogList log={log} what="lessons" empty={{ title: 'Nothing was learnt yet.', text: 'When a position of the group is closed, a lesson is drawn of event, discussion and result. Similar events bring it back.' }}>
      {(items) => (
        <ul aria-label="Lessons" className="divide-y divide-line/60">
          {items.map((lesson) => (
            <li key={lesson.lesson_id} data-lesson={lesson.lesson_id} className="px-3 py-3">
              <div className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 text-sm">
                <Outcome share={lesson.outcome_return} pnl={lesson.pnl} />
                <span className="text-xs text-muted">{lesson.side} {lesson.symbol} · <When at={lesson.timestamp} /> · drawn from {lesson.source === 'facts' ? 'the facts' : lesson.source.replace(/^model:/, '')}</span>
                {lesson.correlation_id !== null && <span className="ml-auto"><TraceLink of={lesson.correlation_id} /></span>}
              </div>
              <p className="mt-1 max-w-4xl break-words">{lesson.lesson}</p>
            </li>
          ))}
        </ul>
      )}
    </LogList>
  );
}
