import { queryOptions } from '@tanstack/react-query';
import type { MessageOf } from 'conclave/client';
import { get, queryClient } from '../api.js';

export type Report = MessageOf<'ops_update'>['data'];
/** Lines out of the report have no `seq`. */
export type Line = Omit<MessageOf<'log_line'>['data'], 'seq'> & { readonly seq?: number };
export type Operations = Report & { readonly log: readonly Line[] };

/** `today` of the costs. */
export interface Budgets {
  readonly date: string;
  readonly day: Budget;
  readonly symbols: readonly (Budget & { readonly symbol: string })[];
  readonly requesters: readonly (Budget & { readonly requester: string })[];
}
interface Budget {
  readonly spent: number;
  readonly limit: number;
  readonly left: number;
}

const MOST_LINES = 500;

export const operationsQuery = queryOptions({
  queryKey: ['operations'],
  meta: { unlogged: true },
  queryFn: async ({ signal }) => {
    const now = await get<Operations>('/api/ops', {}, signal);
    const before = queryClient.getQueryData<Operations>(['operations']);
    return { ...now, log: merged(before?.log ?? [], now.log) };
  },
});

const keyOf = ({ node, time, message, context }: Line): string => `${node} ${time} ${message} ${JSON.stringify(context)}`;

/** Each line once, oldest first. */
function merged(...parts: readonly (readonly Line[])[]): readonly Line[] {
  const byKey = new Map(parts.flat().map((line) => [keyOf(line), line]));
  return [...byKey.values()].sort((a, b) => a.time.localeCompare(b.time)).slice(-MOST_LINES);
}

export const reported = (report: Report): void =>
  void queryClient.setQueryData<Operations>(operationsQuery.queryKey, (before) => before && { ...report, log: before.log });

export const logged = (line: Line): void =>
  void queryClient.setQueryData<Operations>(operationsQuery.queryKey, (before) => before && { ...before, log: merged(before.log, [line]) });
