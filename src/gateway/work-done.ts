import type { SqlCallLog } from '../journal/call-log.sql.js';
import type { Runs } from '../signals/runs.js';

/** What this node has done since its start: whoever shows figures of it knows by a change when there is something to read. */
export class WorkDone {
  /** That have ended. */
  runs = 0;
  private callsTaken = 0;

  constructor(runs: Pick<Runs, 'observe'>, private readonly log: Pick<SqlCallLog, 'pending' | 'observe'>) {
    runs.observe(() => void (this.runs += 1));
    log.observe(() => void (this.callsTaken += 1));
  }

  /** Calls of models that are stored. */
  get calls(): number {
    return this.callsTaken - this.log.pending;
  }
}
