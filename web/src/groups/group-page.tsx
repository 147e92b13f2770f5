import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { ApiError } from '../api.js';
import { digitsOf } from '../format.js';
import { symbolsQuery } from '../market.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { Tabs } from '../ui/tabs.js';
import { GroupHeader } from './group-header.js';
import { Discussions, Events, Lessons, Orders } from './logs.js';
import { Members } from './members.js';
import { groupQuery } from './queries.js';
import type { Group } from './shapes.js';
import { Triggers } from './triggers.js';
import { useGroupLog, type Log } from './use-group-log.js';

const route = getRouteApi('/groups/$id');
type Tab = 'discussions' | 'events' | 'orders' | 'lessons' | 'triggers';

const Count = ({ of: { items, more } }: { readonly of: Log<unknown> }) => (items && items.length > 0 ? <span className="ml-1.5 text-xs font-normal text-muted tabular-nums">{items.length}{more && '+'}</span> : null);

function Known({ group }: { readonly group: Group }) {
  const [tab, setTab] = useState<Tab>('discussions');
  const log = useGroupLog(group.group_id);
  const { data: symbols } = useQuery(symbolsQuery);
  const digits = digitsOf(symbols?.find(({ symbol }) => symbol === group.symbol)?.tick_size ?? 0.01);
  const tabs: readonly { readonly id: Tab; readonly label: ReactNode }[] = [
    { id: 'discussions', label: <>Discussions<Count of={log.discussions} /></> }, { id: 'events', label: <>Events<Count of={log.events} /></> },
    { id: 'orders', label: <>Orders<Count of={log.orders} /></> }, { id: 'lessons', label: <>Lessons<Count of={log.lessons} /></> }, { id: 'triggers', label: 'Triggers' },
  ];
  if (log.deleted) return <Empty title={`${group.name} was deleted.`}><Link to="/groups" className="text-accent underline">To the groups</Link></Empty>;
  return (
    <div className="space-y-3">
      <GroupHeader group={group} />
      {log.membership.name === 'refused' && <ErrorNote error={log.membership.error} />}
      <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="panel min-w-0">
          <Tabs label={`What happens in ${group.name}`} tabs={tabs} chosen={tab} onChoose={setTab}>
            {tab === 'discussions' && <Discussions log={log} digits={digits} />}
            {tab === 'events' && <Events log={log.events} />}
            {tab === 'orders' && <Orders log={log.orders} digits={digits} />}
            {tab === 'lessons' && <Lessons log={log.lessons} />}
            {tab === 'triggers' && <Triggers target={group.name} symbol={group.symbol} />}
          </Tabs>
        </div>
        <Members group={group} />
      </div>
    </div>
  );
}

/** One group: what it hears, says, does and learns, as it happens. */
export function GroupPage() {
  const { id } = route.useParams();
  const { data: group, error, refetch } = useQuery(groupQuery(id));
  const navigate = useNavigate();
  // by its name: its address is its id, which is what its room has
  const groupId = group?.group_id;
  useEffect(() => {
    if (groupId !== undefined && groupId !== id) void navigate({ to: '/groups/$id', params: { id: groupId }, replace: true });
  }, [groupId, id, navigate]);
  if (group && groupId === id) return <Known key={group.group_id} group={group} />;
  if (error instanceof ApiError && error.status === 404) return <Empty title="There is no such group."><Link to="/groups" className="text-accent underline">To the groups</Link></Empty>;
  if (error) return <ErrorNote error={error} again={() => void refetch()} />;
  return <Loading what="Loading the group" />;
}
