import { queryOptions } from '@tanstack/react-query';
import { all, get, queryClient, type Page } from '../api.js';
import type { Group, Member, Role, Trace, Trigger } from './shapes.js';

const MOST = 500;

/** Connections and backlogs are in no room in full: `unlogged`. */
export const groupsQuery = queryOptions({
  queryKey: ['groups'],
  meta: { unlogged: true },
  queryFn: async ({ signal }) => (await get<Page<Group>>('/api/groups', { limit: MOST }, signal)).items,
});

const path = (id: string): string => `/api/groups/${encodeURIComponent(id)}`;

export const groupQuery = (id: string) => queryOptions({
  queryKey: ['group', id],
  meta: { unlogged: true },
  queryFn: ({ signal }) => get<Group>(path(id), {}, signal),
});

export const membersQuery = (id: string) => queryOptions({
  queryKey: ['group', id, 'members'],
  queryFn: ({ signal }) => all<Member>(`${path(id)}/members`, signal),
});

export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: ({ signal }) => all<Role>('/api/roles', signal),
});

export const triggersQuery = queryOptions({
  queryKey: ['triggers'],
  meta: { unlogged: true },
  queryFn: async ({ signal }) => (await get<Page<Trigger>>('/api/triggers', { limit: MOST }, signal)).items,
});

/** Of `/api/accounts`, what a group's form needs. */
export const accountsQuery = queryOptions({
  queryKey: ['accounts', 'names'],
  meta: { unlogged: true },
  queryFn: ({ signal }) => all<{ readonly account_id: string; readonly mode: string; readonly currency: string }>('/api/accounts', signal),
});

export const traceQuery = (correlationId: string) => queryOptions({
  queryKey: ['trace', correlationId],
  meta: { unlogged: true },
  queryFn: ({ signal }) => get<Trace>(`/api/trace/${encodeURIComponent(correlationId)}`, {}, signal),
});

/** Something about groups was changed here: what is shown of them is asked anew. */
export const groupsChanged = (): void => {
  for (const queryKey of [['groups'], ['group']]) void queryClient.invalidateQueries({ queryKey });
};
