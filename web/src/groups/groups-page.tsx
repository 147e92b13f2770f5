import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Tabs } from '../ui/tabs.js';
import { GroupList } from './group-list.js';
import { Roles } from './roles.js';
import { Triggers } from './triggers.js';
import type { GroupsTab } from './groups.route.js';

const TABS: readonly { readonly id: GroupsTab; readonly label: string }[] = [{ id: 'groups', label: 'Groups' }, { id: 'triggers', label: 'Triggers' }, { id: 'roles', label: 'Roles' }];
const route = getRouteApi('/groups');

export function GroupsPage() {
  const { tab = 'groups' } = route.useSearch();
  const navigate = useNavigate();
  return (
    <div className="panel min-w-0">
      <h1 className="sr-only">Groups</h1>
      <Tabs label="Groups and what belongs to them" tabs={TABS} chosen={tab} onChoose={(id) => void navigate({ to: '/groups', search: id === 'groups' ? {} : { tab: id }, replace: true })}>
        {tab === 'groups' && <GroupList />}
        {tab === 'triggers' && <Triggers />}
        {tab === 'roles' && <Roles />}
      </Tabs>
    </div>
  );
}
