import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ApiError } from '../api.js';
import { fullTime } from '../format.js';
import { useRoom } from '../live.js';
import { Badge, type Tone } from '../ui/badge.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { Stat } from '../ui/stat.js';
import { traceQuery } from './queries.js';
import type { Trace } from './shapes.js';
import { useSoon } from './use-soon.js';

const route = getRouteApi('/groups/trace/$correlationId');
const TONES: Readonly<Record<string, Tone>> = { event: 'plain', discussion: 'plain', decision: 'warn', order: 'hold', fill: 'buy', trade: 'buy', lesson: 'plain' };

/** Hears a group that has to do with it. */
function Heard({ group, onNews }: { readonly group: string; readonly onNews: () => void }) {
  useRoom(`group:${group}`, { group_event: onNews, group_discussion: onNews, group_order: onNews, group_lesson: onNews });
  return null;
}

const groupsOf = ({ discussions, decisions }: Trace): readonly string[] =>
  [...new Set([...discussions.map(({ group_id: id }) => id), ...decisions.filter(({ origin }) => origin === 'group').map(({ origin_id: id }) => id)])];

/** One thing, from what set it off to what was learnt of it. */
export function TracePage() {
  const { correlationId } = route.useParams();
  const { data: trace, error, refetch } = useQuery(traceQuery(correlationId));
  const soon = useSoon(() => void refetch(), 300);
  if (error instanceof ApiError && error.status === 404) return <Empty title="Nothing has this correlation id."><Link to="/groups" className="text-accent underline">To the groups</Link></Empty>;
  if (error && !trace) return <ErrorNote error={error} again={() => void refetch()} />;
  if (!trace) return <Loading what="Loading the trace" />;
  const groups = groupsOf(trace);
  return (
    <div className="space-y-3">
      {groups.map((id) => <Heard key={id} group={id} onNews={soon} />)}
      <section aria-labelledby="trace" className="panel p-3">
        <nav aria-label="Up" className="text-xs">
          {groups.length === 1 ? <Link to="/groups/$id" params={{ id: groups[0]! }} className="text-muted hover:text-text hover:underline">← The group</Link> : <Link to="/groups" className="text-muted hover:text-text hover:underline">← Groups</Link>}
        </nav>
        <h1 id="trace" className="text-lg font-bold">{trace.events[0]?.title ?? 'Trace'}</h1>
        <p className="font-mono text-xs break-all text-muted">{correlationId}</p>
        <dl className="mt-3 flex flex-wrap gap-x-6 gap-y-2">
          <Stat label="Events">{trace.events.length}</Stat>
          <Stat label="Discussions">{trace.discussions.length}</Stat>
          <Stat label="Orders">{trace.orders.length}</Stat>
          <Stat label="Fills">{trace.fills.length}</Stat>
          <Stat label="Closed trades">{trace.trades.length}</Stat>
          <Stat label="Lessons">{trace.lessons.length}</Stat>
        </dl>
      </section>
      <section aria-labelledby="timeline" className="panel min-w-0">
        <h2 id="timeline" className="eyebrow border-b border-line px-3 py-2">Timeline</h2>
        <ol className="px-4 pt-3">
          {trace.timeline.map(({ at, kind, id, text }) => (
            <li key={`${kind} ${id}`} data-step={kind} className="relative border-l-2 border-line pb-4 pl-4 last:border-transparent before:absolute before:top-1.5 before:-left-[5px] before:size-2 before:rounded-full before:bg-accent">
              <div className="flex flex-wrap items-center gap-x-2">
                <Badge tone={TONES[kind] ?? 'plain'}>{kind}</Badge>
                <time dateTime={at} className="text-xs text-muted tabular-nums">{fullTime(at)}</time>
              </div>
              <p className={`mt-0.5 max-w-4xl break-words ${/^(order|config)_update of /.test(text) ? 'text-muted' : ''}`}>{text}</p>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}
