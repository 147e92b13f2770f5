import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { MessageOf, SignalResolved, SignalUpdate } from 'conclave/client';
import { get, type Page } from '../api.js';
import { symbolRoom } from '../rooms.js';
import { mergedSignals, useSymbol } from '../symbols.js';

const PAGE = 25;
const MOST_OUTCOMES = 500;

export interface History {
  /** Heard and loaded, newest first; undefined before the first answer. */
  readonly signals: readonly SignalUpdate[] | undefined;
  /** By `signal_id`, of those that are over. */
  readonly outcomes: Readonly<Record<string, SignalResolved>>;
  readonly error: Error | null;
  readonly again: () => void;
  readonly more: (() => void) | null;
  readonly loadingMore: boolean;
}

/** A symbol's signals: asked for once its room is joined, so what comes after is heard; both are merged by id. */
export function useHistory(symbol: string, joined: boolean): History {
  const heard = useSymbol(symbol);
  const query = useInfiniteQuery({
    queryKey: ['signals', symbol],
    enabled: joined,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam: cursor, signal }) => get<Page<SignalUpdate>>('/api/signals', { symbol, limit: PAGE, cursor }, signal),
    getNextPageParam: ({ next }) => next,
  });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = query;
  const signals = useMemo(() => {
    const loaded = data?.pages.flatMap(({ items }) => items);
    return loaded && mergedSignals(heard.signals, loaded);
  }, [data, heard.signals]);
  const from = data?.pages.at(-1)?.items.at(-1)?.timestamp;
  const { data: resolved } = useQuery({
    queryKey: ['outcomes', symbol, from],
    enabled: from !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const path = `/api/rooms/${encodeURIComponent(symbolRoom(symbol))}/messages`;
      return (await get<Page<MessageOf<'signal_resolved'>>>(path, { types: 'signal_resolved', from, limit: MOST_OUTCOMES }, signal)).items;
    },
  });
  const outcomes = useMemo(
    () => ({ ...Object.fromEntries((resolved ?? []).map(({ data: outcome }) => [outcome.signal_id, outcome])), ...heard.resolved }),
    [resolved, heard.resolved],
  );
  return { signals, outcomes, error, again: () => void refetch(), more: hasNextPage ? () => void fetchNextPage() : null, loadingMore: isFetchingNextPage };
}
