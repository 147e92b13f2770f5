import type { Action } from '../model/opinion.js';
import type { Ballot, Rules } from './ballot.js';
import { decide } from './decide.js';

type Voter = Pick<Ballot, 'weight' | 'faultDomain'> & { readonly id: string };

const OPPOSITE: Readonly<Record<Action, readonly Action[]>> = { BUY: ['SELL', 'HOLD'], SELL: ['BUY', 'HOLD'], HOLD: ['BUY', 'SELL'] };

/**
 * True where the outstanding cannot change the action: BUY or SELL still holds if all of them oppose it, with full
 * confidence, or all abstain; HOLD stays where neither all-BUY nor all-SELL nor all-ABSTAIN changes it.
 */
export function isSettled(ballots: readonly Ballot[], outstanding: readonly Voter[], rules: Rules): boolean {
  const now = decide(ballots, rules);
  if (now.kind === 'too-few') return false;
  return OPPOSITE[now.action].every((signal) => {
    const then = decide([...ballots, ...outstanding.map(({ id, weight, faultDomain }) => ({ agentId: id, signal, confidence: 1, weight, faultDomain }))], rules);
    return then.kind === 'decided' && then.action === now.action;
  });
}
