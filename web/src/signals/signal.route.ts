import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root.js';

export const signalRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/signals/$id',
  staticData: { under: 'Live', title: 'Signal' },
  component: lazyRouteComponent(() => import('./signal-page.js'), 'SignalPage'),
});
