import type { Stance } from '../../model/opinion.js';
import type { HeldSide } from './situation.js';

/** What a member thinks, as it is logged and as the leader sees it. */
export interface MemberOpinion {
  readonly signal: Stance;
  /** 0 to 1; 0 when abstaining. */
  readonly confidence: number;
  readonly reasoning: readonly string[];
  /** Of a risk analyst: nothing may be opened now. */
  readonly veto?: boolean;
  /** Scales the confidence of an opening; 1 where absent. */
  readonly factor?: number;
  readonly targetPrice?: number;
  readonly stopLoss?: number;
  /** `rules` or `model:<name>`. */
  readonly source: string;
}

const OPENING = ['BUY', 'SELL', 'LONG', 'SHORT'] as const;
export const DECISIONS = [...OPENING, 'CLOSE', 'NO_TRADE'] as const;
export type DecisionAction = (typeof DECISIONS)[number];

/** What the leader makes of the opinions. */
export interface Decision {
  readonly action: DecisionAction;
  /** 0 to 1 */
  readonly confidence: number;
  readonly targetPrice: number | null;
  readonly stopLoss: number | null;
  readonly reasoning: readonly string[];
  /** Of a CLOSE in hedge mode: which leg; null: all. */
  readonly closes: HeldSide | null;
  readonly source: string;
}

/** The side that an action opens; null where it opens none. */
export const opens = (action: DecisionAction): HeldSide | null =>
  (action === 'BUY' || action === 'LONG' ? 'LONG' : action === 'SELL' || action === 'SHORT' ? 'SHORT' : null);

export const noTrade = (source: string, ...reasoning: string[]): Decision =>
  ({ action: 'NO_TRADE', confidence: 0, targetPrice: null, stopLoss: null, closes: null, reasoning, source });

export const RULES = 'rules';

export const abstains = (source: string, ...reasoning: string[]): MemberOpinion => ({ signal: 'ABSTAIN', confidence: 0, reasoning, source });
