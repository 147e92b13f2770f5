import { createRoute } from '@tanstack/react-router';
import { latePage } from '../late.js';
import { rootRoute } from '../root.js';

export const operationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/operations',
  staticData: { nav: 'Operations', title: 'Operations' },
  component: latePage(() => import('./operations-page.js'), 'OperationsPage'),
});
