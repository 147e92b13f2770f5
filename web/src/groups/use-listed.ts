import { useQuery, useQueryClient, type UseQueryOptions, type UseQueryResult } from '@tanstack/react-query';
import type { MessageOf } from 'conclave/client';
import { useRoom } from '../live.js';
import { useSoon } from './use-soon.js';

const TOGETHER_MS = 150;

/**
 * What the server has of this kind, asked for once the room `groups` is joined, and anew whenever that says that one was
 * made, changed or deleted, by whomever and at whichever node.
 */
export function useListed<T>(kind: MessageOf<'groups_update'>['data']['kind'], query: UseQueryOptions<T, Error, T, string[]>): UseQueryResult<T> {
  const client = useQueryClient();
  const soon = useSoon(() => void client.invalidateQueries({ queryKey: query.queryKey }), TOGETHER_MS);
  const { name } = useRoom('groups', { groups_update: ({ data }) => (data.kind === kind ? soon() : undefined) });
  return useQuery({ ...query, enabled: name !== 'joining' });
}
