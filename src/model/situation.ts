import type { Action } from './opinion.js';

/** What came of a signal's market: `UP` and `DOWN` beyond the band, else `FLAT`. */
export type OutcomeClass = 'UP' | 'DOWN' | 'FLAT';

/** A past signal whose market was much like the one now, and what came of it. */
export interface SimilarSituation {
  readonly signalId: string;
  readonly symbol: string;
  /** Market time, epoch milliseconds. */
  readonly asOf: number;
  readonly action: Action;
  /** Euclidean, between the vectors. */
  readonly distance: number;
  /** ln(close[t+H] / open[t+1]) */
  readonly outcomeReturn: number;
  readonly outcome: OutcomeClass;
}
