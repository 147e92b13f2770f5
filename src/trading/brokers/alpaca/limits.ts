import { ALPACA_PACE, type PaceLimits } from './pace.js';

export interface AlpacaLimits {
  readonly timeoutMs: number;
  /** For the stream, to be connected, authenticated and listening. */
  readonly readyWithinMs: number;
  readonly pingEveryMs: number;
  readonly firstReconnectMs: number;
  readonly mostReconnectMs: number;
  /** After a request without an answer Alpaca may still be taking it; before that time its word that it knows no such order is not believed. */
  readonly settleMs: number;
  readonly pace: PaceLimits;
}

export const ALPACA_LIMITS: AlpacaLimits = {
  timeoutMs: 10_000, readyWithinMs: 10_000, pingEveryMs: 10_000, firstReconnectMs: 500, mostReconnectMs: 30_000, settleMs: 3_000, pace: ALPACA_PACE,
};
