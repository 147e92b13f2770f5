import type { ConclaveError } from './error.js';

/** Milliseconds to wait before attempt `attempt` (from 1) after `cause`. */
export type Backoff = (attempt: number, cause: ConclaveError) => number;

const FIRST_MS = 500;
const MOST_MS = 30_000;
/** A node that drains sends everyone away at once: they come back over this span. */
const DRAIN_SPREAD_MS = 2_000;

/**
 * Exponential from 500 ms to 30 s, half of it random so that clients of one server do not return as one;
 * never before a `retry_after_ms` that the server gave.
 * @param random uniform in [0, 1)
 */
export const jitteredBackoff = (random: () => number = Math.random): Backoff => (attempt, cause) => {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 16));
  const spread = cause.code === 'DRAINING' ? DRAIN_SPREAD_MS * random() : 0;
  return cause.retryAfterMs + spread + ceiling * (0.5 + random() / 2);
};
