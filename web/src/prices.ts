import { useCallback, useSyncExternalStore } from 'react';
import type { PriceUpdate } from 'conclave/client';

export interface Price extends PriceUpdate {
  /** Against the price before: 1 up, −1 down, 0 the same or the first. */
  readonly direction: -1 | 0 | 1;
}

type Listener = (price: Price) => void;

const shown = new Map<string, Price>();
const waiting = new Map<string, PriceUpdate>();
const listeners = new Map<string, Set<Listener>>();
let frame = 0;

/** Takes a price; those who follow its symbol hear of the latest one, once a frame. */
export function pricePut(update: PriceUpdate): void {
  waiting.set(update.symbol, update);
  frame ||= requestAnimationFrame(flush);
}

function flush(): void {
  frame = 0;
  for (const [symbol, update] of waiting) {
    const before = shown.get(symbol);
    const price: Price = { ...update, direction: before === undefined ? 0 : (Math.sign(update.price - before.price) as Price['direction']) };
    shown.set(symbol, price);
    for (const listener of listeners.get(symbol) ?? []) listener(price);
  }
  waiting.clear();
}

const priceOf = (symbol: string): Price | null => shown.get(symbol) ?? null;

/** Calls `listener` at most once a frame; for charts and whatever else draws by itself. */
export function followPrice(symbol: string, listener: Listener): () => void {
  const followers = listeners.get(symbol) ?? new Set();
  listeners.set(symbol, followers.add(listener));
  return () => void followers.delete(listener);
}

/** The last price that this page has seen of a symbol; renders at most once a frame. Join the room by `useRoom`. */
export function usePrice(symbol: string): Price | null {
  const subscribe = useCallback((listener: () => void) => followPrice(symbol, listener), [symbol]);
  return useSyncExternalStore(subscribe, () => priceOf(symbol));
}
