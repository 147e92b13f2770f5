export const ACTIONS = ['BUY', 'SELL', 'HOLD'] as const;
export type Action = (typeof ACTIONS)[number];
/** An action, or none: the analyst stays out of the tally. */
export type Stance = Action | 'ABSTAIN';

export const ABSTAIN_REASONS = ['WARMING_UP', 'NO_SETUP', 'NO_DATA', 'TIMEOUT', 'FAILED', 'INVALID_OPINION'] as const;
export type AbstainReason = (typeof ABSTAIN_REASONS)[number];

/** One analyst's stance on one symbol at one moment. */
export interface Opinion {
  readonly signal: Stance;
  /** 0 to 1; 0 when abstaining. */
  readonly confidence: number;
  /** Sentences with the numbers behind them. */
  readonly reasoning: readonly string[];
  /** Why it abstains; absent otherwise. */
  readonly reason?: AbstainReason;
  readonly targetPrice?: number;
  readonly stopLoss?: number;
}

/** An opinion with its seat: who said it, with which weight, in which fault domain, how fast. */
export interface Vote extends Opinion {
  readonly agentId: string;
  readonly name: string;
  readonly weight: number;
  readonly faultDomain: string;
  readonly latencyMs: number;
}

export const abstain = (reason: AbstainReason, ...reasoning: string[]): Opinion => ({
  signal: 'ABSTAIN', confidence: 0, reason, reasoning,
});
