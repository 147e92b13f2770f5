export const ACTIONS = ['BUY', 'SELL', 'HOLD'] as const;
export type Action = (typeof ACTIONS)[number];
/** An action, or none: the analyst stays out of the tally. */
export type Stance = Action | 'ABSTAIN';

export const ABSTAIN_REASONS = [
  'WARMING_UP', 'NO_SETUP', 'NO_DATA', 'TIMEOUT', 'FAILED', 'INVALID_OPINION',
  // of language models: what its server did, what it said, what it may cost, what was stopped early, what was never recorded
  'RATE_LIMITED', 'BAD_REPLY', 'REFUSED', 'OVER_BUDGET', 'UNAVAILABLE', 'CANCELLED', 'NOT_RECORDED',
] as const;
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
  /** Ids of the news and past situations that it rests on. */
  readonly cites?: readonly string[];
  /** True: text from outside (news, posts) was before its eyes. The server says this, never the analyst. */
  readonly untrusted?: boolean;
}

/** The parts of a deep run, in its order. */
export const STEPS = ['analyst', 'bull', 'bear', 'judge'] as const;
export type Step = (typeof STEPS)[number];
/** What models are asked for: a part of a run, or beside runs an agent's decisions, a reflection, or a group's lesson. */
export type CallStep = Step | 'agent' | 'reflection' | 'lesson';

/** All seats that text from outside could have turned fail together. */
export const UNTRUSTED_DOMAIN = 'untrusted-text';

/** An opinion with its seat: who said it, with which weight, in which fault domain, how fast. */
export interface Vote extends Opinion {
  readonly agentId: string;
  readonly name: string;
  readonly weight: number;
  readonly faultDomain: string;
  readonly latencyMs: number;
  /** In a deep run, of the seats that debate. */
  readonly step?: Step;
  /** Of the debate, from 1. */
  readonly round?: number;
}

export const abstain = (reason: AbstainReason, ...reasoning: string[]): Opinion => ({
  signal: 'ABSTAIN', confidence: 0, reason, reasoning,
});
