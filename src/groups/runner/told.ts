import type { Discussion, Spoken } from './discussion.js';
import type { HeardEvent, RunnerGroup } from './heard.js';
import type { OrderNow } from './orders.js';

/** How members think, as it is said at the start. */
export interface SeatNow {
  readonly name: string;
  readonly role: string;
  /** `model:<name>` or `rules`. */
  readonly source: string;
  /** Why it has no model. */
  readonly why?: string;
}

/** What the runner tells of what happens. */
export type Told =
  | { readonly type: 'connected'; readonly group: RunnerGroup; readonly seats: readonly SeatNow[]; readonly dryRun: boolean; readonly again: boolean }
  | { readonly type: 'waiting'; readonly afterMs: number; readonly why: string }
  | { readonly type: 'event'; readonly event: HeardEvent; readonly symbol: string }
  | { readonly type: 'opinion'; readonly event: HeardEvent; readonly spoken: Spoken }
  | { readonly type: 'decision'; readonly discussion: Discussion; readonly dryRun: boolean }
  | { readonly type: 'trade'; readonly event: HeardEvent; readonly orderId: string | null; readonly status: string; readonly duplicate: boolean; /** Why there is no order. */ readonly gate: string | null }
  | { readonly type: 'refused'; readonly event: HeardEvent; readonly what: 'log' | 'trade'; readonly code: string; readonly detail: string; readonly again: boolean }
  | { readonly type: 'order'; readonly order: OrderNow }
  | { readonly type: 'config'; readonly group: RunnerGroup; readonly seats: readonly SeatNow[] }
  | { readonly type: 'note'; readonly text: string };
