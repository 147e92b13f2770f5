import type { AbstainReason, Action } from '../opinion.js';

/** How one analyst has voted since the start. */
export interface SeatStatistics {
  readonly id: string;
  readonly asked: number;
  readonly votes: Readonly<Record<Action, number>>;
  readonly abstained: Readonly<Record<AbstainReason, number>>;
  /** Milliseconds; null before the first answer. */
  readonly latency: { readonly mean: number; readonly median: number; readonly p95: number } | null;
  /** Of the runs that came to a signal, in which it had an opinion and the weight a majority: how often it was with that. */
  readonly majority: Agreement;
  /** The same with the signals' actions, which are HOLD where no action had the quorum. */
  readonly signals: Agreement;
}

export interface Agreement {
  readonly runs: number;
  readonly with: number;
  /** 0 to 1; null before the first. */
  readonly share: number | null;
}

/** How a remote analyst has behaved since this process knows it. */
export interface ConductReport {
  readonly counted: number;
  /** A second vote in a run, with other words. */
  readonly equivocations: number;
  readonly late: number;
  /** For a run that was never asked of it. */
  readonly unknown_run: number;
  readonly invalid: number;
  /** Asked, and no vote in time. */
  readonly missed: number;
  /** Connections that were closed because it sent too much. */
  readonly flooded: number;
  readonly hostile: boolean;
  readonly why: string | null;
}
