import { createRoute } from '@tanstack/react-router';
import { latePage } from '../late.js';
import { rootRoute } from '../root.js';

export const symbolRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/symbols/$symbol',
  staticData: { under: 'Live', title: 'Symbol' },
  component: latePage(() => import('./symbol-page.js'), 'SymbolPage'),
});
