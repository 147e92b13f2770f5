import type { Stance } from '../model/opinion.js';

/** What the tally reads of a vote; `Vote` of `model/opinion.ts` is one. */
export interface Ballot {
  readonly agentId: string;
  readonly signal: Stance;
  /** 0 to 1, as stated. */
  readonly confidence: number;
  /** 0 (on trial, outside the tally) or 1e-9 to 1e9. Only ratios matter. */
  readonly weight: number;
  /** What fails together with it. */
  readonly faultDomain: string;
}

export interface Rules {
  /** q: share of W that makes a BUY or SELL; above 2/3, at most 1. */
  readonly threshold: number;
  /** 0 to 1. An opinion below it counts in W and supports nothing. */
  readonly minConfidence: number;
  /** Fewer fault domains in the tally than this: no verdict. Integer from 1. */
  readonly minDomains: number;
}

/** Comparisons tolerate this much, so that rounding never decides. */
export const TOLERANCE = 1e-9;

const STANCES: ReadonlySet<string> = new Set<Stance>(['BUY', 'SELL', 'HOLD', 'ABSTAIN']);
const MIN_WEIGHT = 1e-9;
const MAX_WEIGHT = 1e9;

/** Throws a RangeError that names the ballot. The comparisons are written so that NaN fails them. */
export function checkBallot({ agentId, signal, confidence, weight }: Ballot): void {
  if (!STANCES.has(signal)) throw wrong(agentId, 'signal', signal, 'BUY, SELL, HOLD or ABSTAIN');
  if (!(confidence >= 0 && confidence <= 1)) throw wrong(agentId, 'confidence', confidence, '0 to 1');
  if (!(weight === 0 || (weight >= MIN_WEIGHT && weight <= MAX_WEIGHT))) throw wrong(agentId, 'weight', weight, '0 (on trial) or 1e-9 to 1e9');
}

/** A q within the tolerance of 2/3 would let one honest and one faulty of three domains decide: it is refused too. */
export function checkRules({ threshold, minConfidence, minDomains }: Rules): void {
  if (!(threshold > 2 / 3 + TOLERANCE && threshold <= 1)) throw new RangeError(`threshold ${threshold}: must be above 2/3 and at most 1`);
  if (!(minConfidence >= 0 && minConfidence <= 1)) throw new RangeError(`minConfidence ${minConfidence}: must be 0 to 1`);
  if (!(Number.isInteger(minDomains) && minDomains >= 1)) throw new RangeError(`minDomains ${minDomains}: must be an integer from 1`);
}

const wrong = (agentId: string, field: string, value: unknown, needed: string): RangeError =>
  new RangeError(`ballot of ${agentId}: ${field} ${String(value)} must be ${needed}`);
