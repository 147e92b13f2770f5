import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { get } from '../api.js';
import { PERIODS, type Period } from './filter.js';

export interface Sum {
  readonly calls: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly usd: number;
}
export interface Usage {
  readonly today: { readonly date: string; readonly day: { readonly spent: number; readonly limit: number; readonly left: number } };
  readonly total: Sum;
  readonly by_model: readonly (Sum & { readonly model: string })[];
  readonly by_agent: readonly (Sum & { readonly agent: string })[];
  readonly by_symbol: readonly (Sum & { readonly symbol: string })[];
  readonly series: readonly (Sum & { readonly start: string })[];
}

/** What all calls of a period took. */
export const usageQuery = (period: Period) => queryOptions({
  queryKey: ['costs', period],
  meta: { unlogged: true },
  placeholderData: keepPreviousData,
  queryFn: ({ signal }) => get<Usage>('/api/costs', { from: new Date(Date.now() - PERIODS[period].ms).toISOString(), bucket: PERIODS[period].bucket }, signal),
});
