import type { MarketView } from '../../model/market-view.js';
import type { Opinion } from '../../model/opinion.js';
import type { Analyst, Question } from '../analyst.js';
import type { RemoteIdentity } from './analyst-tokens.js';

/** Where a present analyst is asked: on this node or on another. */
export interface RemoteLine {
  readonly identity: RemoteIdentity;
  /** Resolves with the vote, or with an abstention where the analyst goes away; without a vote it does not resolve. */
  ask(view: MarketView, question: Question, signal: AbortSignal): Promise<Opinion>;
}

/** A program somewhere that holds a seat as long as it is connected. */
export class RemoteAnalyst implements Analyst {
  readonly kind = 'remote';
  readonly id: string;
  readonly name: string;
  readonly weight: number;
  readonly faultDomain: string;
  readonly warmUp = 0;
  readonly source = 'a program of its owner, over /ws/analysts';

  constructor(private readonly line: RemoteLine) {
    const { agentId, name, weight, owner } = line.identity;
    this.id = agentId;
    this.name = name;
    this.weight = weight;
    this.faultDomain = domainOf(owner);
  }

  opine(view: MarketView, signal: AbortSignal, question: Question): Promise<Opinion> {
    return this.line.ask(view, question, signal);
  }
}

export const domainOf = (owner: string): string => `owner:${owner}`;
