import { lazyRouteComponent } from '@tanstack/react-router';
import { lazy, type ComponentType } from 'react';

const AGAIN_MS = 1_000;

async function answers(): Promise<boolean> {
  try {
    return (await fetch('/live', { cache: 'no-store' })).ok;
  } catch {
    return false; // away: asked again
  }
}

/** Browsers may remember that a file could not be had, and a newer server has files of other names: only a new document helps, once. */
function loadedAnew(error: unknown): Promise<never> {
  const key = `conclave.anew:${String(error)}`;
  if (sessionStorage.getItem(key) !== null) throw new Error('This part of the page could not be loaded. Reload the page.', { cause: error });
  sessionStorage.setItem(key, new Date().toISOString());
  location.reload();
  return new Promise(() => undefined);
}

/** A part of the page that comes when it is first shown: a server that is away is waited for. */
async function late<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch {
    while (!(await answers())) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    return load().catch(loadedAnew);
  }
}

/** A route's component. `name` is its export. */
export const latePage = <M extends Record<string, unknown>, K extends keyof M & string>(load: () => Promise<M>, name: K) =>
  lazyRouteComponent<M, K>(() => late(load), name);

/** A component inside a page; wants a `Suspense` around it. */
export const latePart = <P extends object>(load: () => Promise<{ default: ComponentType<P> }>) => lazy(() => late(load));
