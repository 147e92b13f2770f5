import type { Action } from '../model/opinion.js';
import type { Strength } from '../model/verdict.js';
import { TOLERANCE } from './ballot.js';

const STRONG = 0.85;

/** a ≥ b, within the tolerance. */
export const atLeast = (a: number, b: number): boolean => a >= b - TOLERANCE;

/** f: the largest k for which the k heaviest domains together hold at most 1 − q of W. */
export function toleratedFaults(shares: readonly number[], threshold: number): number {
  const heaviestFirst = [...shares].sort((a, b) => b - a);
  let faults = 0;
  let held = 0;
  for (const share of heaviestFirst) {
    held += share;
    if (!atLeast(1 - threshold, held)) break;
    faults++;
  }
  return faults;
}

/** q is above 2/3, so at most one action can have it. HOLD where none does. */
export function actionOf(support: Readonly<Record<Action, number>>, threshold: number): Action {
  if (atLeast(support.BUY, threshold)) return 'BUY';
  return atLeast(support.SELL, threshold) ? 'SELL' : 'HOLD';
}

/** Below q it is NONE, also where q is above 0.85. */
export function strengthOf(agreement: number, threshold: number): Strength {
  if (!atLeast(agreement, threshold)) return 'NONE';
  if (atLeast(agreement, 1)) return 'UNANIMOUS';
  return atLeast(agreement, STRONG) ? 'STRONG' : 'MODERATE';
}
