import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root.js';

export const operationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/operations',
  staticData: { nav: 'Operations', title: 'Operations' },
  component: lazyRouteComponent(() => import('./operations-page.js'), 'OperationsPage'),
});
