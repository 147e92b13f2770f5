import { AnalysisRequests } from '../market/analysis-requests.js';
import type { Trigger } from '../model/trigger.js';
import type { Runs } from './runs.js';

/** The watch's requests, as runs. */
export class RequestedAnalyses extends AnalysisRequests {
  constructor(private readonly runs: Runs) {
    super();
  }

  /** A candle needs a run of its own: one under way has seen less, and signals would depend on who asked when. */
  async request(symbol: string, trigger: Trigger): Promise<void> {
    for (;;) {
      const { ended, shared } = this.runs.request(symbol, 'fast', trigger);
      await ended;
      if (!shared || trigger.kind !== 'candle') return;
    }
  }
}
