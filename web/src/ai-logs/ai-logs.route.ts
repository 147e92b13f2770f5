import { createRoute } from '@tanstack/react-router';
import { latePage } from '../late.js';
import { rootRoute } from '../root.js';
import { filterFrom } from './filter.js';

export const aiLogsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/ai-logs',
  staticData: { nav: 'AI logs', title: 'AI logs' },
  validateSearch: filterFrom,
  component: latePage(() => import('./ai-logs-page.js'), 'AiLogsPage'),
});
