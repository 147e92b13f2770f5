import type { Depth, Trigger } from '../model/trigger.js';
import type { Run } from './run.js';
import type { Signal } from './signal.js';

/** The run that answers a request. */
export interface AskedRun {
  readonly runId: string;
  /** True where the request joined a run under way. */
  readonly shared: boolean;
}

/** A request, for those who wait for it. */
export interface RunTicket {
  /** Resolves once the run's row is stored: from then on it is not lost. Rejects where it could not be (CodedError, Deposed). */
  readonly stored: Promise<AskedRun>;
  /** Resolves when the run's end is stored and said, with a signal or without. Rejects only where no run came about. */
  readonly ended: Promise<AskedRun>;
}

/** Told of every run that reached its end on this node, with or without a signal. */
export interface RunObserver {
  (run: Run, signal: Signal | null): void;
}

/** The end of a run on any node. */
export interface RunEnd {
  readonly runId: string;
  readonly symbol: string;
  /** Of the view that its signal is about; null without a signal. */
  readonly seen: { readonly price: number; readonly asOf: number } | null;
}

/** All askings of the panel: one open run per symbol and depth, whoever asks, stored first and then done. */
export abstract class Runs {
  /**
   * Joins the open run of this symbol and depth, or makes one. `symbol` in its one spelling. `term`: of the feed's leader
   * that asks; the request is refused (Deposed) where another leads since. Throws DRAINING.
   */
  abstract request(symbol: string, depth: Depth, trigger: Trigger, term?: number | null): RunTicket;
  /** Begins to do what was asked for, also before this process began; resolves with how many it took up. */
  abstract resume(): Promise<number>;
  abstract observe(observer: RunObserver): void;
  abstract onEnd(listener: (end: RunEnd) => void): void;
  abstract get counts(): { readonly waiting: number; readonly running: number };
  /** Takes no more, and resolves when those under way have ended. After `graceMs` what is not stored is left to others, or to the next start. */
  abstract drain(graceMs: number): Promise<void>;
}
