import { createRootRoute } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { Broken, NotFound, Shell } from './shell/shell.js';

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** The word in the navigation; without it the page is reached by links only. */
    readonly nav?: string;
    /** Beside that word, such as how much waits there. */
    readonly badge?: ComponentType;
    /** The word in the navigation that a page without its own belongs to. */
    readonly under?: string;
    /** In the window's title. */
    readonly title: string;
  }
}

/** Every page's parent. */
export const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Broken, staticData: { title: 'Conclave' } });
