import { createRoute } from '@tanstack/react-router';
import { latePage } from '../late.js';
import { rootRoute } from '../root.js';

export const watchRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  staticData: { nav: 'Live', title: 'Live' },
  component: latePage(() => import('./watch-page.js'), 'WatchPage'),
});
