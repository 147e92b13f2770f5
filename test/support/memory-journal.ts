import { Budget, type OverBudget, type Reservation } from '../../src/journal/budget.js';
import { CallLog } from '../../src/journal/call-log.js';
import type { ModelAnswer, ModelCall } from '../../src/journal/model-call.js';
import { requestHash } from '../../src/journal/request-hash.js';

/** A decision log that ends with its test; the one that lasts has a contract of its own. */
export class MemoryCallLog extends CallLog {
  readonly calls: ModelCall[] = [];

  append(call: ModelCall): Promise<void> {
    this.calls.push(call);
    return Promise.resolve();
  }

  stored(): Promise<void> {
    return Promise.resolve();
  }

  recorded(hash: string, attempt: number, ordinal: number, runId?: string): Promise<ModelAnswer | null> {
    const found = this.calls.filter((call) => requestHash(call.request) === hash && call.attempt === attempt && (runId === undefined || call.place.runId === runId));
    return Promise.resolve(found[ordinal]?.answer ?? null);
  }
}

/** One purse for everybody, in billionths of a dollar. */
export class MemoryBudget extends Budget {
  booked = 0;

  constructor(readonly limit: number) {
    super();
  }

  reserve(_symbol: string, _requester: string, nanoUsd: number): Promise<Reservation | OverBudget> {
    if (this.booked + nanoUsd > this.limit) return Promise.resolve({ scope: 'day', limit: this.limit / 1e9, left: (this.limit - this.booked) / 1e9 });
    this.booked += nanoUsd;
    return Promise.resolve({
      settle: (actual) => {
        if (actual !== null) this.booked -= nanoUsd - actual;
        return Promise.resolve();
      },
    });
  }
}
