import { queryOptions } from '@tanstack/react-query';
import { all, get, type Page } from '../api.js';
import { marketTime } from '../clock.js';
import type { Account, Agent, Approval, AssetBoard, AssetItem, Position, TradingStates } from './types.js';

const MOST_APPROVALS = 100;
const unlogged = { unlogged: true } as const;

const items = async <T>(path: string, query: Record<string, string | number>, signal: AbortSignal): Promise<readonly T[]> => (await get<Page<T>>(path, query, signal)).items;

export const accountsQuery = queryOptions({ queryKey: ['trading', 'accounts'], meta: unlogged, queryFn: ({ signal }) => all<Account>('/api/accounts', signal) });
export const positionsQuery = queryOptions({ queryKey: ['trading', 'positions'], meta: unlogged, queryFn: ({ signal }) => all<Position>('/api/positions', signal) });
export const stateQuery = queryOptions({ queryKey: ['trading', 'state'], queryFn: ({ signal }) => get<TradingStates>('/api/trading/state', {}, signal) });
export const agentsQuery = queryOptions({ queryKey: ['trading', 'agents'], meta: unlogged, queryFn: ({ signal }) => get<readonly Agent[]>('/api/agents', {}, signal) });
export const assetsQuery = queryOptions({ queryKey: ['trading', 'assets'], meta: unlogged, queryFn: ({ signal }) => all<AssetItem>('/api/assets', signal) });
export const boardQuery = (symbol: string) => queryOptions({
  queryKey: ['trading', 'asset', symbol],
  meta: unlogged,
  queryFn: ({ signal }) => get<AssetBoard>(`/api/assets/${encodeURIComponent(symbol)}/dashboard`, {}, signal),
});
export const approvalsQuery = (status?: 'waiting') => queryOptions({
  queryKey: ['trading', 'approvals', status ?? 'all'],
  queryFn: async ({ signal }) => {
    const found = await items<Approval>('/api/approvals', { limit: MOST_APPROVALS, ...(status && { status }) }, signal);
    // the market's clock, where no price has said it yet
    for (const { expires_at: at, expires_in_s: left } of found) if (left !== undefined && left > 0) marketTime(new Date(Date.parse(at) - left * 1000).toISOString());
    return found;
  },
});

/** What is below `/api/agents/:id`, `''` for itself. */
export const agentQuery = <T>(id: string, part: '' | 'account' | 'positions' | 'performance' | 'analytics' | 'decisions' | 'equity-history' | 'trades', limit?: number) => queryOptions({
  queryKey: ['trading', 'agent', id, part],
  meta: unlogged,
  queryFn: ({ signal }) => get<T>(`/api/agents/${encodeURIComponent(id)}${part && `/${part}`}`, { limit }, signal),
});
