import { Link } from '@tanstack/react-router';
import type { GroupLesson } from 'conclave/client';
import { dayTime, fullTime, number } from '../format.js';
import { OrderStatus, quantity, Side } from './order-parts.js';
import { saidOf } from './opinion.js';
import { Outcome } from './outcome.js';
import type { Discussion } from './shapes.js';
import { Speech, Verdict } from './speech.js';
import type { OrderNow } from './use-group-log.js';

const LEADER = 'group_leader';

export const TraceLink = ({ of, words = 'Trace' }: { readonly of: string; readonly words?: string }) => (
  <Link to="/groups/trace/$correlationId" params={{ correlationId: of }} className="text-sm whitespace-nowrap text-accent hover:underline">{words}</Link>
);

/** Orders under its correlation id: as REST had them, and as they were heard since. */
function ordersOf({ orders = [], correlation_id: correlation }: Discussion, heard: readonly OrderNow[]) {
  const now = new Map(heard.filter((order) => order.order_id !== null && order.correlation_id === correlation).map((order) => [order.order_id, order]));
  const known = new Set(orders.map(({ order_id: id }) => id));
  const later = heard.filter((order) => order.correlation_id === correlation && correlation !== null && (order.order_id === null ? orders.length === 0 : !known.has(order.order_id)));
  return [
    ...orders.map((order) => ({ ...order, ...(now.get(order.order_id) as Partial<OrderNow> | undefined), key: order.decision_id })),
    ...[...later].reverse().map((order) => ({ ...order, gate: order.gate ?? null, key: `${order.order_id} ${order.at}` })),
  ].map((order) => ({ ...order, gate: order.gate ?? null }));
}

interface Props {
  readonly discussion: Discussion;
  readonly heard: readonly OrderNow[];
  readonly lesson?: GroupLesson | undefined;
  readonly digits: number;
}

/** What a group said of an event, what its leader decided, and what came of that. */
export function Conversation({ discussion, heard, lesson, digits }: Props) {
  const { discussion_id: id, event, message, member_opinions: opinions, decision, timestamp, outcome, correlation_id: correlation, symbol } = discussion;
  const said = opinions.map(saidOf);
  const verdict = decision === null ? null : saidOf(decision);
  const leader = said.find(({ role }) => role === LEADER)?.name ?? 'Group leader';
  const orders = ordersOf(discussion, heard);
  return (
    <article data-discussion={id} aria-label={event?.title ?? message} className="px-3 py-4">
      <header className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
        <h3 className="min-w-0 font-semibold break-words">{event?.title ?? (message || 'A discussion')}</h3>
        <span className="text-xs text-muted">{symbol ?? ''}{event && ` · ${event.source_id}`} · <time dateTime={timestamp} title={fullTime(timestamp)}>{dayTime(timestamp)}</time></span>
        {correlation !== null && <span className="ml-auto"><TraceLink of={correlation} /></span>}
      </header>
      {said.length > 0 && <ul aria-label="Opinions" className="mt-3 space-y-2.5">{said.map((each, at) => <Speech key={at} said={each} />)}</ul>}
      {verdict && <div className="mt-2.5"><Verdict said={verdict} leader={leader} digits={digits} /></div>}
      {(orders.length > 0 || outcome || lesson) && (
        <div className="mt-3 space-y-1 border-t border-dashed border-line pt-2 text-sm">
          {orders.map((order) => (
            <p key={order.key} data-order={order.order_id ?? ''} className="flex flex-wrap items-center gap-x-2 gap-y-0.5 tabular-nums">
              <span className="eyebrow w-16">Order</span>
              <Side of={order.side} />
              <span>{order.filled_quantity > 0 && order.filled_quantity !== order.quantity && `${quantity(order.filled_quantity)} of `}{quantity(order.quantity)}{order.average_price !== null && <> at {number(order.average_price, digits)}</>}</span>
              <OrderStatus of={order.status} />
              {order.gate && <span className="text-xs text-muted">{order.gate.detail}</span>}
            </p>
          ))}
          {outcome && <p className="flex flex-wrap items-center gap-x-2"><span className="eyebrow w-16">Outcome</span><Outcome share={outcome.outcome_return} pnl={outcome.pnl} /></p>}
          {lesson && <p className="flex gap-x-2"><span className="eyebrow w-16 shrink-0 leading-6">Lesson</span><span className="min-w-0 break-words">{lesson.lesson}</span></p>}
        </div>
      )}
    </article>
  );
}
