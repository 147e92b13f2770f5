import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { get, type Page } from '../../api.js';
import type { Decision, Order } from '../types.js';

export interface Filter {
  readonly account?: string | undefined;
  readonly symbol?: string | undefined;
  readonly status?: string | undefined;
}

/** A list page by page, newest first. */
export interface Listed<Item> {
  /** undefined before the first answer. */
  readonly items: readonly Item[] | undefined;
  readonly error: Error | null;
  readonly again: () => void;
  readonly more: (() => void) | null;
  readonly loadingMore: boolean;
}

const PAGE = 50;

function useList<Item>(part: 'orders' | 'decisions', filter: Filter, limit: number): Listed<Item> {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['trading', part, filter, limit],
    initialPageParam: null as string | null,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam: cursor, signal }) => get<Page<Item>>(`/api/${part}`, { ...filter, limit, cursor }, signal),
    getNextPageParam: ({ next }) => next,
  });
  return {
    items: data?.pages.flatMap(({ items }) => items), error: data ? null : error, again: () => void refetch(),
    more: hasNextPage ? () => void fetchNextPage() : null, loadingMore: isFetchingNextPage,
  };
}

export const useOrders = (filter: Filter, limit = PAGE): Listed<Order> => useList('orders', filter, limit);
export const useDecisions = (filter: Filter, limit = PAGE): Listed<Decision> => useList('decisions', filter, limit);
