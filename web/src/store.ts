import { useSyncExternalStore } from 'react';

/** A value outside React that components follow. */
export class Store<T> {
  readonly #listeners = new Set<() => void>();

  constructor(private current: T) {}

  get = (): T => this.current;

  set(next: T): void {
    if (Object.is(next, this.current)) return;
    this.current = next;
    for (const listener of [...this.#listeners]) listener();
  }

  update(change: (current: T) => T): void {
    this.set(change(this.current));
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
}

export const useStore = <T>(store: Store<T>): T => useSyncExternalStore(store.subscribe, store.get);

/** A value that is kept in the browser as JSON; `read` makes what lies there valid, whatever it is. */
export function keptStore<T>(key: string, read: (found: unknown) => T): Store<T> {
  const store = new Store(read(parsed(localStorage.getItem(key))));
  store.subscribe(() => localStorage.setItem(key, JSON.stringify(store.get())));
  // another tab has changed it
  addEventListener('storage', (event) => {
    if (event.key === key && event.newValue !== JSON.stringify(store.get())) store.set(read(parsed(event.newValue)));
  });
  return store;
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined; // not ours, or cut off: the default
  }
}
