import { useInfiniteQuery } from '@tanstack/react-query';
import type { GroupDiscussion, GroupEvent, GroupLesson, GroupOrder } from 'conclave/client';
import { useMemo, useState } from 'react';
import { get, queryClient, type Page } from '../api.js';
import { useRoom } from '../live.js';
import type { Membership } from '../memberships.js';
import { groupQuery, groupsQuery } from './queries.js';
import type { Discussion, StoredEvent } from './shapes.js';
import { useQuiet, useSoon } from './use-soon.js';

const PAGE = 25;
/** A group that settles nothing by itself has settled after two seconds. */
const SETTLED_MS = 2_500;

/** A list that grows at its head by what is heard, and at its end by what is asked for. */
export interface Log<Item> {
  /** Newest first; undefined before the first answer. */
  readonly items: readonly Item[] | undefined;
  readonly error: Error | null;
  readonly again: () => void;
  readonly more: (() => void) | null;
  readonly loadingMore: boolean;
}

/** An order as it stands, with when that was. */
export interface OrderNow extends GroupOrder {
  readonly at: string;
}

interface Heard {
  readonly events: readonly StoredEvent[];
  readonly discussions: readonly Discussion[];
  readonly orders: readonly OrderNow[];
  readonly lessons: readonly GroupLesson[];
}

export interface GroupLog {
  readonly membership: Membership;
  readonly events: Log<StoredEvent>;
  readonly discussions: Log<Discussion>;
  readonly orders: Log<OrderNow>;
  readonly lessons: Log<GroupLesson>;
  readonly deleted: boolean;
}

const NOTHING: Heard = { events: [], discussions: [], orders: [], lessons: [] };

/** What an order is known by: one that was refused has no id. */
export const orderKey = ({ order_id: id, correlation_id: correlation, side, status }: GroupOrder): string => id ?? `${correlation} ${side} ${status}`;

/** Each once, as it is last; those of both lists that come later in `later` win. */
function newestFirst<Item>(earlier: readonly Item[], later: readonly Item[], idOf: (item: Item) => string, at: (item: Item) => string): readonly Item[] {
  const byId = new Map(earlier.map((item) => [idOf(item), item]));
  for (const item of later) {
    const known = byId.get(idOf(item));
    if (!known || at(known) <= at(item)) byId.set(idOf(item), item);
  }
  return [...byId.values()].sort((a, b) => at(b).localeCompare(at(a)) || idOf(b).localeCompare(idOf(a)));
}

/** Pages of a list by REST, asked for once the room is joined. */
function useLog<Item, Loaded = Item>(
  id: string, what: string, joined: boolean, address: { readonly path: string; readonly query?: Readonly<Record<string, string>> },
  heard: readonly Item[], read: (item: Loaded) => Item, idOf: (item: Item) => string, at: (item: Item) => string,
): Log<Item> {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['group', id, what],
    enabled: joined,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam: cursor, signal }) => get<Page<Loaded>>(address.path, { ...address.query, limit: PAGE, cursor }, signal),
    getNextPageParam: ({ next }) => next,
  });
  const items = useMemo(() => {
    const loaded = data?.pages.flatMap(({ items: page }) => page.map(read));
    // of the same moment what REST says: it knows what came of it
    return loaded && newestFirst(heard, [...loaded].reverse(), idOf, at);
  }, [data, heard, read, idOf, at]);
  return { items, error, again: () => void refetch(), more: hasNextPage ? () => void fetchNextPage() : null, loadingMore: isFetchingNextPage };
}

const asIs = <T,>(item: T): T => item;
const orderOf = ({ payload, created_at: at }: StoredEvent): OrderNow => ({ ...(JSON.parse(payload) as GroupOrder), at });
const eventId = ({ id }: StoredEvent): string => id;
const eventAt = ({ created_at: at }: StoredEvent): string => at;
const discussionId = ({ discussion_id: id }: Discussion): string => id;
const lessonId = ({ lesson_id: id }: GroupLesson): string => id;
const timestampOf = ({ timestamp }: { readonly timestamp: string }): string => timestamp;
const orderAt = ({ at }: OrderNow): string => at;

/** All that happens in a group's room, with what was before. */
export function useGroupLog(id: string): GroupLog {
  const [heard, setHeard] = useState(NOTHING);
  const [deleted, setDeleted] = useState(false);
  const refresh = (queryKey: readonly unknown[], exact = true): void => void queryClient.invalidateQueries({ queryKey, exact });
  const standing = useSoon(() => { refresh(groupQuery(id).queryKey); refresh(groupsQuery.queryKey); }, 100);
  const settled = useQuiet(() => refresh(groupQuery(id).queryKey), SETTLED_MS);
  const outcomes = useSoon(() => refresh(['group', id, 'discussions']), 500);
  const membership = useRoom(`group:${id}`, {
    group_status: ({ data }) => {
      if (data.deleted) return setDeleted(true);
      if (data.config) refresh(['group', id, 'members']);
      standing();
    },
    group_event: ({ data }) => {
      setHeard((before) => ({ ...before, events: [data as GroupEvent, ...before.events] }));
      standing();
      settled();
    },
    group_discussion: ({ data }) => {
      setHeard((before) => ({ ...before, discussions: [data as GroupDiscussion, ...before.discussions] }));
      standing();
    },
    group_order: ({ data, timestamp }) => {
      setHeard((before) => ({ ...before, orders: newestFirst(before.orders, [{ ...data, at: timestamp ?? new Date().toISOString() }], orderKey, orderAt) }));
      outcomes();
    },
    group_lesson: ({ data }) => {
      setHeard((before) => ({ ...before, lessons: [data, ...before.lessons] }));
      outcomes();
    },
  });
  const joined = membership.name === 'joined';
  const path = `/api/groups/${encodeURIComponent(id)}`;
  const events = useLog<StoredEvent>(id, 'events', joined, { path: '/api/events', query: { group: id } }, heard.events, asIs, eventId, eventAt);
  return {
    membership, deleted, events,
    discussions: useLog<Discussion>(id, 'discussions', joined, { path: `${path}/discussions` }, heard.discussions, asIs, discussionId, timestampOf),
    orders: useLog<OrderNow, StoredEvent>(id, 'orders', joined, { path: '/api/events', query: { group: id, type: 'order_update' } }, heard.orders, orderOf, orderKey, orderAt),
    lessons: useLog<GroupLesson>(id, 'lessons', joined, { path: `${path}/lessons` }, heard.lessons, asIs, lessonId, timestampOf),
  };
}
