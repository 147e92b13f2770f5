import type { PriceUpdate } from '../../model/price-update.js';

/** A trigger of our own at work, on the one node that runs it. What rejects is reported and stops no other. */
export interface BuiltIn {
  /** Before anything else. */
  start?(): Promise<void>;
  /** Each price, at its market time; null where nothing comes of it. */
  price?(update: PriceUpdate, at: number): Promise<void> | null;
  /** A candle has closed, and its signals are stored. A replayed file waits. */
  closed?(symbol: string): Promise<void>;
  /** Signals may have been stored since the last look. `now`: wall time. */
  signals?(now: number): Promise<void>;
  /** Several times a second, at wall time, never twice at once. */
  time?(now: number): Promise<void> | null;
  stop?(): void;
}

/** An event as a built-in trigger says it; the trigger's priority, targets and tags come to it. */
export interface EventDraft {
  readonly title: string;
  /** JSON text. */
  readonly payload: string;
}

/** Where events of a built-in trigger go, with where it stands then. */
export interface Outlet {
  /**
   * Resolves once the event is stored, with `state` in its transaction, or once it was refused for good, which is
   * reported. `key` within the trigger: once for ever. @throws CodedError STORE_UNAVAILABLE: try again
   */
  emit(draft: EventDraft, key: string, state?: unknown): Promise<void>;
  save(state: unknown): Promise<void>;
}

export const shortTitle = (text: string): string => (text.length <= 200 ? text : `${text.slice(0, 199).replace(/[\ud800-\udbff]$/, '')}…`);
