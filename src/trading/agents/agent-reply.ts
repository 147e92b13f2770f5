import type { ReplyForm } from '../../analysts/llm/reply-form.js';
import { isLevel, objectIn, plain, shown } from '../../analysts/llm/reply-text.js';
import { instrumentKey } from '../../model/instrument.js';
import { AGENT_ACTIONS, wait, type AgentAction, type AgentDecision } from './decider.js';

export interface AgentReply {
  readonly reasoning: string;
  /** One a symbol, in the agent's order. */
  readonly decisions: readonly AgentDecision[];
}

const number = { type: 'number' };
const level = { type: ['number', 'null'] };
const MOST_DECISIONS = 50;

const schema = (symbols: readonly string[]): Readonly<Record<string, unknown>> => ({
  type: 'object', additionalProperties: false, required: ['reasoning', 'decisions'],
  properties: {
    reasoning: { type: 'string', description: 'why, in a few sentences with the figures behind them' },
    decisions: {
      type: 'array', description: 'one for each symbol',
      items: {
        type: 'object', additionalProperties: false, required: ['symbol', 'action', 'share', 'leverage', 'target_price', 'stop_loss', 'confidence', 'reason'],
        properties: {
          symbol: { type: 'string', enum: [...symbols] }, action: { type: 'string', enum: [...AGENT_ACTIONS] },
          share: { ...number, description: 'of the equity, 0 to 1' }, leverage: { ...number, description: '1 or more' },
          target_price: level, stop_loss: level, confidence: { ...number, description: '0 to 1' }, reason: { type: 'string' },
        },
      },
    },
  },
});

/** What an agent's model answers. A symbol that it leaves out waits. */
export const agentForm = (symbols: readonly string[]): ReplyForm<AgentReply> => ({
  name: 'trading_decisions', schema: schema(symbols),
  read(reply) {
    const value = objectIn(reply, 'decisions');
    if (value === null) return { flaw: 'there is no complete JSON object in it' };
    const { reasoning, decisions } = value;
    if (typeof reasoning !== 'string' || reasoning.trim() === '') return { flaw: `reasoning is ${shown(reasoning)}: it must be a text` };
    if (!Array.isArray(decisions) || decisions.length > MOST_DECISIONS) return { flaw: `decisions is ${shown(decisions)}: it must be a list with one decision a symbol` };
    const read = new Map<string, AgentDecision>();
    for (const each of decisions as unknown[]) {
      const decision = decisionIn(each, symbols);
      if (typeof decision === 'string') return { flaw: decision };
      if (read.has(decision.symbol)) return { flaw: `${decision.symbol} has two decisions: one a symbol` };
      read.set(decision.symbol, decision);
    }
    return { value: { reasoning: plain(reasoning), decisions: symbols.map((symbol) => read.get(symbol) ?? wait(symbol, 'the model said nothing about it')) } };
  },
});

/** A decision, or what is wrong with it. */
function decisionIn(value: unknown, symbols: readonly string[]): AgentDecision | string {
  if (typeof value !== 'object' || value === null) return `a decision is ${shown(value)}: it must be an object`;
  const { symbol: said, action, share, leverage, target_price: target, stop_loss: stop, confidence, reason } = value as Record<string, unknown>;
  const symbol = typeof said === 'string' ? symbols.find((each) => instrumentKey(each) === instrumentKey(said)) : undefined;
  if (symbol === undefined) return `symbol is ${shown(said)}: it must be one of ${symbols.join(', ')}`;
  if (!AGENT_ACTIONS.includes(action as AgentAction)) return `action is ${shown(action)}: it must be one of ${AGENT_ACTIONS.join(', ')}`;
  if (typeof reason !== 'string' || reason.trim() === '') return `reason is ${shown(reason)}: it must be a text`;
  if (action === 'hold' || action === 'wait') return { ...wait(symbol, plain(reason)), action };
  if (!isShare(confidence)) return `confidence is ${shown(confidence)}: it must be a number from 0 to 1`;
  if (!isLevel(target)) return `target_price is ${shown(target)}: it must be a price or null`;
  if (!isLevel(stop)) return `stop_loss is ${shown(stop)}: it must be a price or null`;
  const opens = action === 'open_long' || action === 'open_short';
  if (opens && !(isShare(share) && share > 0)) return `share is ${shown(share)}: it must be a number above 0 and at most 1`;
  if (opens && !(typeof leverage === 'number' && leverage >= 1 && leverage <= 1000)) return `leverage is ${shown(leverage)}: it must be a number of 1 or more`;
  return {
    symbol, action: action as AgentAction, reason: plain(reason), confidence,
    share: opens ? share as number : null, leverage: opens ? leverage as number : 1,
    target: opens && typeof target === 'number' ? target : null, stop: opens && typeof stop === 'number' ? stop : null,
  };
}

const isShare = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;
