import type { MarketView } from '../model/market-view.js';
import type { Opinion, Vote } from '../model/opinion.js';
import type { Question } from './analyst.js';

/** What follows in a deep run once the model seats have spoken: an argument, and a judge who speaks for all of them. */
export abstract class Deliberation {
  /** Of the argument, before the judge. */
  abstract readonly rounds: number;
  /** What fails together with the judge where no text from outside was read. */
  abstract readonly faultDomain: string;
  /** `opinions` are the model seats' votes. Each step is handed to `onStep` when it lands, the judge's opinion is what it resolves to. */
  abstract hold(view: MarketView, opinions: readonly Vote[], question: Question, signal: AbortSignal, onStep: (vote: Vote) => void): Promise<Opinion>;
}

export const JUDGE = 'judge';
