import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root.js';

export const watchRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  staticData: { nav: 'Live', title: 'Live' },
  component: lazyRouteComponent(() => import('./watch-page.js'), 'WatchPage'),
});
