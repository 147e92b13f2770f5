import { useQuery } from '@tanstack/react-query';
import type { Reflection } from 'conclave/client';
import { get, type Page } from '../../api.js';
import { dayTime, fullTime } from '../../format.js';
import { Empty, ErrorNote, Loading } from '../../ui/states.js';
import { Change } from '../parts.js';

const LATEST = 30;

/** What was thought, what happened and what to change, of closed trades. */
export function Reflections({ accountId }: { readonly accountId: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['trading', 'reflections', accountId],
    queryFn: async ({ signal }) => (await get<Page<Reflection>>('/api/reflections', { account: accountId, limit: LATEST }, signal)).items,
  });
  if (error && !data) return <div className="p-3"><ErrorNote error={error} again={() => void refetch()} /></div>;
  if (!data) return <Loading />;
  if (data.length === 0) return <Empty title="Nothing was looked back on yet.">Each closed trade is: what was thought, what happened, what to change.</Empty>;
  return (
    <ol aria-label="Reflections, newest first" className="divide-y divide-line">
      {data.map(({ reflection_id: id, timestamp, symbol, outcome_return: gain, source, thought, happened, change }) => (
        <li key={id} data-reflection={id} className="grid gap-x-4 gap-y-1 px-3 py-2.5 sm:grid-cols-[10rem_minmax(0,1fr)]">
          <div className="text-xs text-muted">
            <p className="text-sm font-semibold text-text">{symbol} <Change points={gain === null ? null : gain * 100} /></p>
            <time dateTime={timestamp} title={fullTime(timestamp)}>{dayTime(timestamp)}</time> · {source}
          </div>
          <dl className="grid min-w-0 gap-x-3 gap-y-0.5 text-sm sm:grid-cols-[5.5rem_minmax(0,1fr)]">
            <dt className="text-muted">Thought</dt><dd>{thought}</dd><dt className="text-muted">Happened</dt><dd>{happened}</dd><dt className="text-muted">To change</dt><dd>{change}</dd>
          </dl>
        </li>
      ))}
    </ol>
  );
}
