import { AnalysisRequests } from '../market/analysis-requests.js';
import type { Leadership } from '../market/leadership.js';
import type { Trigger } from '../model/trigger.js';
import type { Runs } from './runs.js';

/** The watch's requests, as runs. */
export class RequestedAnalyses extends AnalysisRequests {
  constructor(private readonly runs: Runs, private readonly leadership: Leadership) {
    super();
  }

  /** A candle needs a run of its own: one under way has seen less, and signals would depend on who asked when. */
  async request(symbol: string, trigger: Trigger): Promise<void> {
    // what only the feed's leader may ask for is asked under its term, which is read before anything is waited for
    const term = trigger.kind === 'first_subscription' ? null : this.leadership.term();
    for (;;) {
      const { shared } = await this.runs.request(symbol, 'fast', trigger, term).ended;
      if (!shared || trigger.kind !== 'candle') return;
    }
  }
}
