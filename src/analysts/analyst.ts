import type { MarketView } from '../model/market-view.js';
import type { Opinion } from '../model/opinion.js';
import type { Depth } from '../model/trigger.js';

/** What sort an analyst is. */
type AnalystKind = 'rule' | 'model' | 'remote';

/** For whom and until when an analyst is asked. */
export interface Question {
  readonly runId: string;
  readonly depth: Depth;
  /** Whose budget pays: a client's subject, or `schedule`. */
  readonly requester: string;
  /** On the clock of `performance.now()`: an answer after it does not count. */
  readonly deadline: number;
}

/** Someone who can be asked: a rule, a language model, a remote program. */
export interface Analyst {
  /** `agent_id` on the wire. */
  readonly id: string;
  readonly name: string;
  readonly kind?: AnalystKind;
  /** Which rule it follows, where it is one. */
  readonly rule?: string;
  /** What fails together with it: `rules:trend`, `model:<family>`, `owner:<token's owner>`. */
  readonly faultDomain: string;
  /** 0 = on trial: asked and shown, outside the tally. */
  readonly weight: number;
  /** Least number of closed candles before it can have an opinion. */
  readonly warmUp: number;
  /** Where the method comes from, for `/api/analysts`. */
  readonly source: string;
  /** Rules answer at once; others with a promise that ends when `signal` aborts. */
  opine(view: MarketView, signal: AbortSignal, question: Question): Opinion | Promise<Opinion>;
}
