import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root.js';

export const analystsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/analysts',
  staticData: { nav: 'Analysts', title: 'Analysts' },
  component: lazyRouteComponent(() => import('./analysts-page.js'), 'AnalystsPage'),
});
