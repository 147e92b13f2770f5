import { decimal } from '../../model/decimal.js';
import type { Exits, PositionSide } from '../../model/trading.js';
import { proposal, type Proposal, type Want } from '../proposal.js';
import { cycleId, wait, type AgentAction, type AgentDecision, type CycleInputs } from './decider.js';
import { restriction } from './wire.js';

const SIDE: Readonly<Partial<Record<AgentAction, PositionSide>>> = { open_long: 'long', close_long: 'long', open_short: 'short', close_short: 'short' };
const opens = ({ action }: AgentDecision): boolean => action === 'open_long' || action === 'open_short';

/** Once for ever: a cycle proposes once a symbol. */
export const proposalKey = (agentId: string, cycle: number, symbol: string): string => `${cycleId(agentId, cycle)}:${symbol}`;

/**
 * What of a decision the account lets be done: leverage within the agent's, no exit on the wrong side, no close of what is
 * not there, an opposite position first closed, and nothing that adds exposure unless the account is ACTIVE.
 */
export function feasible(decision: AgentDecision, { account, agent, symbols }: CycleInputs): AgentDecision {
  const side = SIDE[decision.action];
  if (side === undefined) return decision;
  const { symbol } = decision;
  const held = account.positions.find((position) => position.symbol === symbol);
  if (!opens(decision)) {
    if (held?.side === side) return { ...decision, leverage: held.leverage };
    return wait(symbol, `there is no ${side} to close (wanted: ${decision.reason})`);
  }
  if (held && held.side !== side) {
    return { ...decision, action: held.side === 'long' ? 'close_long' : 'close_short', share: null, leverage: held.leverage, target: null, stop: null, reason: `the ${held.side} is closed first: ${decision.reason}` };
  }
  const restricted = restriction(account);
  if (restricted !== null) return wait(symbol, `${restricted}. Nothing that adds exposure (wanted ${decision.action}: ${decision.reason})`);
  if (side === 'short' && account.mode === 'spot') return wait(symbol, `a spot account has no shorts (wanted: ${decision.reason})`);
  const price = symbols.find(({ instrument }) => instrument.symbol === symbol)?.price ?? Number.NaN;
  const beyond = (level: number | null, direction: number): number | null => (level !== null && (level - price) * direction > 0 ? level : null);
  const up = side === 'long' ? 1 : -1;
  return {
    ...decision, target: beyond(decision.target, up), stop: beyond(decision.stop, -up),
    leverage: Math.min(agent.leverage, Math.max(1, Math.floor(decision.leverage))),
  };
}

/** null: nothing is to be traded. Takes what `feasible` made of a decision. */
export function agentProposal(decision: AgentDecision, { account, agent, cycle, asOf, symbols }: CycleInputs): Proposal | null {
  const { symbol, share, leverage, confidence, reason } = decision;
  const side = SIDE[decision.action];
  const known = symbols.find(({ instrument }) => instrument.symbol === symbol);
  if (side === undefined || !known) return null;
  const want: Want = opens(decision)
    ? { kind: 'open', side, size: share === null ? { kind: 'policy' } : { kind: 'share', share } }
    : { kind: 'close', quantity: null };
  return proposal({
    key: proposalKey(agent.id, cycle, symbol), accountId: account.accountId, symbol, origin: 'agent', originId: agent.id, correlationId: cycleId(agent.id, cycle),
    want, leverage, confidence, asOf, reason, price: decimal(known.price), exits: exitsOf(decision, known.instrument.tickSize),
  });
}

function exitsOf({ target, stop }: AgentDecision, tickSize: number): Exits | null {
  const level = (price: number | null): Exits['stop'] => (price === null ? null : decimal(price).div(tickSize).round().times(tickSize));
  return target === null && stop === null ? null : { target: level(target), stop: level(stop) };
}
