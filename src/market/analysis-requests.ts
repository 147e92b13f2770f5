import type { Trigger } from '../model/trigger.js';

/** Where the watch asks for analyses. */
export abstract class AnalysisRequests {
  /** Resolves once the run that it caused or joined is stored. */
  abstract request(symbol: string, trigger: Trigger): Promise<void>;
}
