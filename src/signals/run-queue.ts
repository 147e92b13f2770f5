import type { OpenRun } from './shared-run-store.js';

/** Carries open runs to workers. It may lose them and may bring one twice: the row decides. */
export abstract class RunQueue {
  /** Resolves when it is on its way; while the queue is away that takes as long. A run that is there already is not added again. */
  abstract add(run: OpenRun): Promise<void>;
  /** Those that the queue does not have, on their way or in a worker's hands. */
  abstract missing(runs: readonly OpenRun[]): Promise<readonly OpenRun[]>;
  /** How many wait for a worker, in the whole cluster. */
  abstract waiting(): Promise<number>;
  /** This node works too. What `perform` rejects is left to be put back. */
  abstract work(perform: (run: OpenRun) => Promise<void>): void;
  /** Takes nothing new, and resolves when what is in hand is done. */
  abstract rest(): Promise<void>;
  abstract close(): Promise<void>;
}
