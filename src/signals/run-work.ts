import { CodedError } from '../model/codes.js';
import type { Run } from './run.js';
import { RunOver } from './run-store.js';
import type { RunEnd, RunObserver } from './runs.js';
import type { Signal } from './signal.js';
import type { SignalFlow } from './signal.flow.js';

/** `left`: its row is as it was, or belongs to another attempt. */
export type RunOutcome = { readonly kind: 'ended'; readonly signal: Signal | null } | { readonly kind: 'left' };

const LEFT: RunOutcome = { kind: 'left' };

/** Does one run, to its end: with a signal, or with a reason why there is none. */
export class RunWork {
  private readonly observers: RunObserver[] = [];

  constructor(private readonly flow: SignalFlow, private readonly onFault: (error: Error) => void) {}

  observe(observer: RunObserver): void {
    this.observers.push(observer);
  }

  /** Never rejects. */
  async perform(run: Run): Promise<RunOutcome> {
    let signal: Signal | null = null;
    try {
      signal = await this.flow.run(run);
    } catch (error) {
      if (error instanceof RunOver || !(await this.fail(run, error))) return LEFT;
    }
    for (const observer of this.observers) observer(run, signal);
    return { kind: 'ended', signal };
  }

  /** Ends it without a signal; false where that could not be stored. */
  async fail(run: Run, error: unknown): Promise<boolean> {
    const code = error instanceof CodedError ? error.code : 'INTERNAL';
    this.onFault(new Error(`run ${run.runId} of ${run.symbol} failed`, { cause: error }));
    const message = error instanceof CodedError ? error.message : `${run.symbol}: the analysis failed on our side; ask again`;
    try {
      await this.flow.fail(run, code, message);
      return true;
    } catch (again) {
      // its row stays open: another node, or the next start, takes it up
      if (!(again instanceof RunOver)) this.onFault(new Error(`the end of run ${run.runId} could not be stored`, { cause: again }));
      return false;
    }
  }
}

export const endOf = ({ runId, symbol }: Run, signal: Signal | null): RunEnd => ({
  runId, symbol, seen: signal && { price: signal.view.price, asOf: signal.view.asOf },
});
