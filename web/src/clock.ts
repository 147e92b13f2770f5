import { useSyncExternalStore } from 'react';

const EVERY_MS = 1_000;

let newest = Number.NEGATIVE_INFINITY;
let heardAt = 0;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let second = 0;

/** The market has reached this time. */
export function marketTime(timestamp: string): void {
  const at = Date.parse(timestamp);
  if (at <= newest) return;
  newest = at;
  heardAt = performance.now();
}

/** Now by the market's clock, going on from the last price; this machine's before the first. A replay is in the past. */
const marketNow = (): number => (newest === Number.NEGATIVE_INFINITY ? Date.now() : newest + (performance.now() - heardAt));

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    second += 1;
    for (const each of listeners) each();
  }, EVERY_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Renders once a second; gives the market's now, for ages and countdowns. */
export function useMarketNow(): number {
  useSyncExternalStore(subscribe, () => second);
  return marketNow();
}
