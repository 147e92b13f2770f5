import { createRoute } from '@tanstack/react-router';
import { latePage } from '../late.js';
import { rootRoute } from '../root.js';

const TABS = ['groups', 'triggers', 'roles'] as const;
export type GroupsTab = (typeof TABS)[number];

/** The list of groups; `?tab=triggers` and `?tab=roles` are what stands beside it. */
export const groupsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/groups',
  staticData: { nav: 'Groups', title: 'Groups' },
  validateSearch: ({ tab }: Record<string, unknown>): { tab?: GroupsTab } => (TABS.includes(tab as GroupsTab) && tab !== 'groups' ? { tab: tab as GroupsTab } : {}),
  component: latePage(() => import('./groups-page.js'), 'GroupsPage'),
});

export const groupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/groups/$id',
  staticData: { under: 'Groups', title: 'Group' },
  component: latePage(() => import('./group-page.js'), 'GroupPage'),
});

/** All that one correlation id links. */
export const traceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/groups/trace/$correlationId',
  staticData: { under: 'Groups', title: 'Trace' },
  component: latePage(() => import('./trace-page.js'), 'TracePage'),
});
