import { createRoute } from '@tanstack/react-router';
import { latePage } from '../late.js';
import { rootRoute } from '../root.js';

export const analystsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/analysts',
  staticData: { nav: 'Analysts', title: 'Analysts' },
  component: latePage(() => import('./analysts-page.js'), 'AnalystsPage'),
});
