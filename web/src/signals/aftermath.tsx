import { useQuery } from '@tanstack/react-query';
import { dayTime, fullTime, number } from '../format.js';
import { LiveMark } from '../trading/live-mark.js';
import { Badge } from '../ui/badge.js';
import { Card } from '../ui/card.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { counted, plainWords, timesIn } from '../words.js';
import { traceQuery, type Decision, type Trace } from './signal-data.js';

/** A program that follows signals needs no name: this is its signal. */
const byWords = (origin: string, id: string): string => (origin === 'signal' ? 'following the signal' : `by ${origin} ${id}`);

function Decided({ decision: { account_id: account, intent, status, gate, origin, origin_id: originId, reason, timestamp } }: { readonly decision: Decision }) {
  const refused = status === 'refused' || status === 'rejected';
  return (
    <li className="px-3 py-2 text-sm">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Badge tone={refused ? 'warn' : status === 'filled' ? 'buy' : 'plain'}>{plainWords(status)}</Badge>
        {(intent as Decision['intent'] | null) && <span className="font-medium tabular-nums">{intent.side} {number(intent.quantity, intent.quantity % 1 === 0 ? 0 : 4)}, {intent.order_type}{intent.limit_price === undefined ? '' : ` at ${intent.limit_price}`}</span>}
        <LiveMark account={account} />
        <span className="text-muted">account {account}, {byWords(origin, originId)}</span>
        <time dateTime={timestamp} title={fullTime(timestamp)} className="ml-auto text-xs text-muted tabular-nums">{dayTime(timestamp)}</time>
      </div>
      <p className="mt-0.5 text-xs text-muted">{gate ? <><strong className="font-semibold text-warn">{plainWords(gate.code)}</strong>: {timesIn(String(gate.detail))}</> : reason}</p>
    </li>
  );
}

function Timeline({ items }: { readonly items: Trace['timeline'] }) {
  return (
    <details className="border-t border-line px-3 py-2 text-sm">
      <summary className="text-muted">{counted(items.length, 'step')} in the order of time</summary>
      <ol className="mt-2 space-y-1.5 border-l-2 border-line pl-3">
        {items.map(({ at, kind, id, text }) => (
          <li key={`${kind}${id}`} className="text-xs">
            <span className="text-muted tabular-nums"><time dateTime={at} title={fullTime(at)}>{dayTime(at)}</time> · {kind}</span><span className="block break-words">{text}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}

/** What was traded because of it. */
export function Aftermath({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery(traceQuery(id));
  return (
    <Card title="What came of it" aside={data && data.decisions.length > 0 && <span className="text-xs text-muted">{counted(data.decisions.length, 'decision')}</span>}>
      {error && <div className="p-3"><ErrorNote error={error} again={() => void refetch()} /></div>}
      {!data && !error && <Loading what="Loading what came of it" />}
      {data?.decisions.length === 0 && <Empty title="Nothing was traded on it.">Decisions, orders and fills appear here as they happen.</Empty>}
      {data && data.decisions.length > 0 && <ul className="divide-y divide-line/60">{data.decisions.map((decision) => <Decided key={decision.decision_id} decision={decision} />)}</ul>}
      {data && data.timeline.length > 0 && <Timeline items={data.timeline} />}
    </Card>
  );
}
