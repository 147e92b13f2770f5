import { createRouter } from '@tanstack/react-router';
import { pages } from './pages.js';
import { rootRoute } from './root.js';
import { Loading } from './ui/states.js';

export const router = createRouter({
  routeTree: rootRoute.addChildren([...pages]),
  defaultPreload: 'intent',
  defaultPendingComponent: Loading,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
