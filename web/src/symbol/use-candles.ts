import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { Page } from '../api.js';
import type { Candle } from '../candle.js';
import { closedCandles } from '../market.js';

const PAGE = 300;
/** Enough for what closed since the last look. */
const NEWEST = 5;

export interface Candles {
  /** Closed, oldest first; undefined before the first answer. */
  readonly candles: readonly Candle[] | undefined;
  readonly error: Error | null;
  readonly again: () => void;
  /** Loads what is before, where there is more. */
  readonly older: () => void;
  /** A candle has closed: takes it over from the server, which saw every tick. */
  readonly closed: () => void;
}

type Pages = InfiniteData<Page<Candle>, string | null>;

/** The newest page with what closed since; `items` by time, each once. */
function withNewest(data: Pages | undefined, newest: readonly Candle[]): Pages | undefined {
  const [first, ...rest] = data?.pages ?? [];
  if (!data || !first) return data;
  const since = newest[0]?.time ?? '';
  return { ...data, pages: [{ ...first, items: [...first.items.filter(({ time }) => time < since), ...newest] }, ...rest] };
}

export function useCandles(symbol: string, interval: string, joined: boolean): Candles {
  const queries = useQueryClient();
  const key = useMemo(() => ['candles', 'chart', symbol, interval], [symbol, interval]);
  const query = useInfiniteQuery({
    queryKey: key,
    meta: { unlogged: true },
    enabled: joined,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam: before, signal }) => closedCandles({ symbol, interval, limit: PAGE, before }, signal),
    getNextPageParam: ({ next }) => next,
  });
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query;
  const candles = useMemo(() => data?.pages.toReversed().flatMap(({ items }) => items), [data]);
  const older = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const closed = useCallback(() => {
    closedCandles({ symbol, interval, limit: NEWEST })
      .then(({ items }) => {
        const known = queries.getQueryData<Pages>(key)?.pages[0]?.items.at(-1);
        if (known && items[0] && items[0].time > known.time) return void refetch(); // this tab has slept: more has closed than was asked for
        queries.setQueryData<Pages>(key, (shown) => withNewest(shown, items));
      })
      .catch(() => undefined); // the next close asks again, or the end of the break
  }, [queries, key, symbol, interval, refetch]);
  return { candles, error, again: () => void refetch(), older, closed };
}
