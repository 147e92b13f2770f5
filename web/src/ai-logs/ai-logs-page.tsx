import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { get, queryClient, type Page } from '../api.js';
import { seatsQuery } from '../analysts/seats.js';
import { symbolsQuery } from '../market.js';
import { useNews } from '../news.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { counted } from '../words.js';
import type { Call } from './call.js';
import { CallTable } from './call-table.js';
import { FilterBar } from './filter-bar.js';
import { isFiltering, PERIODS, without, type Filter, type Period } from './filter.js';
import { Shares, UsageCard } from './usage-card.js';
import { usageQuery } from './usage.js';

const PAGE = 50;

/** No call is there: why, and what would change that. */
function NoCalls({ filter }: { readonly filter: Filter }) {
  const { data: seats } = useQuery(seatsQuery);
  if (isFiltering(filter)) return <Empty title="No call fits the filter." />;
  const models = (seats?.items ?? []).filter(({ kind }) => kind === 'model');
  if (seats && models.every(({ state }) => state === 'empty')) {
    return (
      <Empty title="No language model has a seat, so nothing was asked.">
        <p>Set <code>OPENAI_API_KEY</code>, or <code>OPENAI_BASE_URL</code> and <code>OPENAI_MODEL</code> for a server of your own that speaks the same API, and start again.</p>
        {models[0]?.why !== undefined && <p className="mt-1">The server says: {models[0].why}.</p>}
      </Empty>
    );
  }
  return <Empty title="No model was asked in this time.">Calls appear here as they are made.</Empty>;
}

/** Each call of a language model: what was asked, what was said, what it took. */
export function AiLogsPage() {
  const filter = useSearch({ from: '/ai-logs' });
  const { period = '24h' } = filter;
  return <Logs key={period} filter={filter} period={period} />;
}

function Logs({ filter, period }: { readonly filter: Filter; readonly period: Period }) {
  const navigate = useNavigate({ from: '/ai-logs' });
  // a list, its further pages and its exports begin at the same moment
  const [from] = useState(() => new Date(Date.now() - PERIODS[period].ms).toISOString());
  const query = { ...without(filter, 'period'), from };
  const [newer, setNewer] = useState(false);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isPlaceholderData } = useInfiniteQuery({
    queryKey: ['ai-logs', 'list', query],
    meta: { unlogged: true },
    placeholderData: keepPreviousData,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam: cursor, signal }) => get<Page<Call>>('/api/ai-logs', { ...query, limit: PAGE, cursor }, signal),
    getNextPageParam: ({ next }) => next,
  });
  const { data: usage, error: usageError, refetch: usageAgain } = useQuery(usageQuery(period));
  const { data: symbols } = useQuery(symbolsQuery);
  const again = (): void => {
    setNewer(false);
    void queryClient.invalidateQueries({ queryKey: ['ai-logs', 'list'] });
  };
  useNews(({ model_calls: calls }) => calls, () => {
    void queryClient.invalidateQueries({ queryKey: ['costs'] });
    if ((data?.pages.length ?? 0) > 1) setNewer(true); // who reads on further down is not moved
    else again();
  });
  const calls = data?.pages.flatMap(({ items }) => items);
  const choices = { symbols: symbols?.map(({ symbol }) => symbol) ?? [], agents: usage?.by_agent.map(({ agent }) => agent) ?? [], models: usage?.by_model.map(({ model }) => model) ?? [] };
  return (
    <div className="space-y-3">
      <h1 className="sr-only">AI logs</h1>
      {usageError && <ErrorNote error={usageError} again={() => void usageAgain()} />}
      {usage && usage.total.calls > 0 && (
        <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_26rem]"><UsageCard usage={usage} period={PERIODS[period].label} /><Shares usage={usage} /></div>
      )}
      <FilterBar filter={filter} choices={choices} query={query} onFilter={(next) => void navigate({ search: next })} />
      <Card
        title="Calls" className={isPlaceholderData ? 'opacity-60' : ''}
        aside={newer ? <Button onClick={again}>Show newer calls</Button> : calls && <span role="status" className="text-xs text-muted">{counted(calls.length, 'call')}{hasNextPage ? ', more are there' : ''}</span>}
      >
        {error && <div className="p-3"><ErrorNote error={error} again={() => void refetch()} /></div>}
        {!calls && !error && <Loading what="Loading the calls" />}
        {calls?.length === 0 && <NoCalls filter={filter} />}
        {calls && calls.length > 0 && <CallTable calls={calls} />}
        {hasNextPage && <div className="border-t border-line p-2 text-center"><Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>Earlier calls</Button></div>}
      </Card>
    </div>
  );
}
