import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root.js';

export const symbolRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/symbols/$symbol',
  staticData: { under: 'Live', title: 'Symbol' },
  component: lazyRouteComponent(() => import('./symbol-page.js'), 'SymbolPage'),
});
