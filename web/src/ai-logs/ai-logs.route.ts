import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root.js';
import { filterFrom } from './filter.js';

export const aiLogsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/ai-logs',
  staticData: { nav: 'AI logs', title: 'AI logs' },
  validateSearch: filterFrom,
  component: lazyRouteComponent(() => import('./ai-logs-page.js'), 'AiLogsPage'),
});
