import type { ModelAnswer, ModelCall } from './model-call.js';

/** The decision log, as those see it who ask models. */
export abstract class CallLog {
  /**
   * Takes a call to be stored, at once and without waiting; resolves when its row is stored. Nothing taken is ever
   * dropped: while the database is away it waits here. Does not reject for an outage.
   */
  abstract append(call: ModelCall): Promise<void>;
  /** Resolves when the calls of a run that were taken so far are stored. */
  abstract stored(runId: string): Promise<void>;
  /**
   * The recorded answer to the `ordinal`-th asking (from 0) of this hash and attempt: of one run where that is given,
   * else of the whole log in its order. null: it was never recorded.
   */
  abstract recorded(hash: string, attempt: number, ordinal: number, runId?: string): Promise<ModelAnswer | null>;
}
