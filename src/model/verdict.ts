import type { Action } from './opinion.js';

export type Strength = 'NONE' | 'MODERATE' | 'STRONG' | 'UNANIMOUS';

/** What the consensus makes of the opinions. Shares are of the total weight W after cutting, 0 to 1. */
export interface Decided {
  readonly kind: 'decided';
  readonly action: Action;
  readonly confidence: number;
  /** Support of the action. */
  readonly agreement: number;
  readonly strength: Strength;
  /** q */
  readonly threshold: number;
  /** n, domains in the tally. */
  readonly faultDomains: number;
  /** f */
  readonly toleratedFaults: number;
  readonly support: Readonly<Record<Action, number>>;
  /** Share of W of each opinion in the tally, by `agentId`, after cutting. */
  readonly shares: ReadonlyMap<string, number>;
}

export interface TooFew {
  readonly kind: 'too-few';
  readonly faultDomains: number;
  readonly needed: number;
}

export type Verdict = Decided | TooFew;
