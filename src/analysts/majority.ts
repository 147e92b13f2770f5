import { ACTIONS, type Action, type Vote } from '../model/opinion.js';

const TOLERANCE = 1e-9;

/**
 * What most of the panel's weight says, whether it was confident enough to count or not; null where the heaviest are
 * equal. `shares`: of W after cutting, by agent; who is in no tally has none.
 */
export function majorityOf(votes: readonly Vote[], shares: ReadonlyMap<string, number>): Action | null {
  const weights = { BUY: 0, SELL: 0, HOLD: 0 };
  for (const { agentId, signal } of votes) if (signal !== 'ABSTAIN') weights[signal] += shares.get(agentId) ?? 0;
  const [first, second] = [...ACTIONS].sort((a, b) => weights[b] - weights[a]) as [Action, Action];
  return weights[first] - weights[second] > TOLERANCE ? first : null;
}
