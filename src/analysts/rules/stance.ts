import type { Action, Opinion } from '../../model/opinion.js';
import type { Levels } from './levels.js';

/** Scores nearer to 0 than this are neutral. */
const NEUTRAL = 0.1;
const MOST = 0.95;

/** `value` cut to −1..1; 0 where it is not a number. */
export const unit = (value: number): number => (value > 1 ? 1 : value < -1 ? -1 : value || 0);

const LARGEST = 1e6;

/** a / b within ±1e6, 0 where b is not positive: a market that does not move has no distances. */
export const over = (a: number, b: number): number => (b > 0 ? Math.max(-LARGEST, Math.min(LARGEST, a / b)) : 0);

/** +1 where a is above b, −1 below, 0 where equal. */
export const compare = (a: number, b: number): number => (a > b ? 1 : a < b ? -1 : 0);

/** What a score of evidence from −1 (all bearish) to 1 (all bullish) says: HOLD near 0, else a side. */
export const actionOf = (score: number): Action => (score >= NEUTRAL ? 'BUY' : score <= -NEUTRAL ? 'SELL' : 'HOLD');

/**
 * Confidence of `actionOf(score)`. A side has 0.5 + 0.4·|score|: a quarter of the possible evidence states 0.6, all of it 0.9.
 * HOLD has 0.8 at a score of 0 and 0.5 where neutral ends.
 */
export const confidenceOf = (score: number): number => {
  const size = Math.abs(score);
  return size < NEUTRAL ? 0.8 - (0.3 * size) / NEUTRAL : 0.5 + 0.4 * size;
};

export const hold = (confidence: number, ...reasoning: string[]): Opinion => ({
  signal: 'HOLD', confidence: stated(confidence), reasoning,
});

export const side = (signal: 'BUY' | 'SELL', confidence: number, levels: Levels, ...reasoning: string[]): Opinion => ({
  signal, confidence: stated(confidence), reasoning, ...levels,
});

/** Three decimals, never certain. */
const stated = (confidence: number): number => Math.round(Math.min(MOST, Math.max(0, confidence)) * 1000) / 1000;
