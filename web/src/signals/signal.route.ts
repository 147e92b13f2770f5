import { createRoute } from '@tanstack/react-router';
import { latePage } from '../late.js';
import { rootRoute } from '../root.js';

export const signalRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/signals/$id',
  staticData: { under: 'Live', title: 'Signal' },
  component: latePage(() => import('./signal-page.js'), 'SignalPage'),
});
