import type { MarketView } from '../model/market-view.js';
import type { Opinion } from '../model/opinion.js';

/** Someone who can be asked: a rule, a language model, a remote program. */
export interface Analyst {
  /** `agent_id` on the wire. */
  readonly id: string;
  readonly name: string;
  /** What sort it is, for `/api/analysts`. */
  readonly kind?: 'rule';
  /** Which rule it follows, where it is one. */
  readonly rule?: string;
  /** What fails together with it: `rules:trend`, a model family, a token's owner. */
  readonly faultDomain: string;
  /** 0 = on trial: asked and shown, outside the tally. */
  readonly weight: number;
  /** Least number of closed candles before it can have an opinion. */
  readonly warmUp: number;
  /** Where the method comes from, for `/api/analysts`. */
  readonly source: string;
  /** Rules answer at once; others with a promise that ends when `signal` aborts. */
  opine(view: MarketView, signal: AbortSignal): Opinion | Promise<Opinion>;
}
