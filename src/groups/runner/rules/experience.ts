import { num } from '../../../analysts/rules/words.js';
import { abstains, RULES, type MemberOpinion } from '../opinion.js';
import type { Situation } from '../situation.js';
import { rounded } from './technical.js';

/** A mean outcome of this size says as much as one can. */
const TELLING = 0.02;
/** How far lessons of the past move a confidence. */
const MOST = 0.25;
/** From so many on a bad mean is a reason to keep out. */
const ENOUGH = 2;

/** Mean outcome of what the group learnt in situations like this one: it has no side, so it raises or lowers, or says to keep out. */
export function experience({ event: { experiences } }: Situation): MemberOpinion {
  if (experiences.length === 0) return abstains(RULES, 'No lesson of the past fits.');
  const mean = experiences.reduce((sum, { outcomeReturn }) => sum + outcomeReturn, 0) / experiences.length;
  const factor = rounded(1 + MOST * Math.max(-1, Math.min(1, mean / TELLING)));
  const reasoning = [`${experiences.length} similar trade${experiences.length === 1 ? '' : 's'} of the past came to ${num(100 * mean)} % on average.`];
  return mean < 0 && experiences.length >= ENOUGH
    ? { signal: 'HOLD', confidence: rounded(Math.min(0.9, 0.5 - 10 * mean)), factor, reasoning, source: RULES }
    : { signal: 'ABSTAIN', confidence: 0, factor, reasoning, source: RULES };
}
