import type { ReplyForm } from '../../analysts/llm/reply-form.js';
import { isLevel, objectIn, plain, shown } from '../../analysts/llm/reply-text.js';
import type { Stance } from '../../model/opinion.js';
import { DECISIONS, type Decision, type DecisionAction, type MemberOpinion } from './opinion.js';

const STANCES = ['BUY', 'SELL', 'HOLD', 'ABSTAIN'] as const;
const MOST_SENTENCES = 6;

const LEVEL = { type: ['number', 'null'] };
const REASONS = { type: 'array', items: { type: 'string' }, description: '1 to 6 sentences with the numbers behind them' };
const object = (properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  ({ type: 'object', additionalProperties: false, required: Object.keys(properties), properties });

/** A member's reply; `source` is put beside it. */
export const opinionReply: ReplyForm<Omit<MemberOpinion, 'source'>> = {
  name: 'member_opinion',
  schema: object({
    signal: { type: 'string', enum: [...STANCES] }, confidence: { type: 'number', description: '0 to 1' }, reasoning: REASONS,
    target_price: LEVEL, stop_loss: LEVEL, veto: { type: 'boolean', description: 'true only where your role is risk_analyst and nothing may be opened now' },
  }),
  read: (reply) => {
    const value = objectIn(reply, 'signal');
    if (value === null) return { flaw: 'there is no complete JSON object in it' };
    const flaw = common(value, 'signal', STANCES);
    if (flaw !== null) return { flaw };
    const signal = value['signal'] as Stance;
    return {
      value: {
        signal, confidence: signal === 'ABSTAIN' ? 0 : (value['confidence'] as number), reasoning: sentences(value['reasoning']),
        ...(value['veto'] === true && { veto: true }), ...levels(value),
      },
    };
  },
};

/** The leader's reply. */
export const decisionReply: ReplyForm<Omit<Decision, 'source'>> = {
  name: 'group_decision',
  schema: object({
    action: { type: 'string', enum: [...DECISIONS] }, confidence: { type: 'number', description: '0 to 1' }, reasoning: REASONS, target_price: LEVEL, stop_loss: LEVEL,
    side: { type: ['string', 'null'], enum: ['LONG', 'SHORT', null], description: 'of a CLOSE in hedge mode: which leg, null for both' },
  }),
  read: (reply) => {
    const value = objectIn(reply, 'action');
    if (value === null) return { flaw: 'there is no complete JSON object in it' };
    const flaw = common(value, 'action', DECISIONS);
    if (flaw !== null) return { flaw };
    const { targetPrice = null, stopLoss = null } = levels(value);
    const side = value['side'];
    return {
      value: {
        action: value['action'] as DecisionAction, confidence: value['confidence'] as number, targetPrice, stopLoss,
        closes: side === 'LONG' || side === 'SHORT' ? side : null, reasoning: sentences(value['reasoning']),
      },
    };
  },
};

/** What is wrong with the fields that both have; null where nothing is. */
function common(value: Readonly<Record<string, unknown>>, field: string, words: readonly string[]): string | null {
  const { confidence, reasoning, target_price: target, stop_loss: stop } = value;
  if (!words.includes(value[field] as string)) return `${field} is ${shown(value[field])}: it must be exactly one of ${words.join(', ')}`;
  if (typeof confidence !== 'number' || !(confidence >= 0 && confidence <= 1)) return `confidence is ${shown(confidence)}: it must be a number from 0 to 1`;
  const said = typeof reasoning === 'string' ? [reasoning] : reasoning;
  if (!Array.isArray(said) || !said.every((each) => typeof each === 'string') || said.every((each) => each.trim() === '')) return 'reasoning must be a list of 1 to 6 sentences';
  if (!isLevel(target)) return `target_price is ${shown(target)}: it must be a price or null`;
  return isLevel(stop) ? null : `stop_loss is ${shown(stop)}: it must be a price or null`;
}

const sentences = (reasoning: unknown): string[] => [reasoning as string | string[]].flat().slice(0, MOST_SENTENCES).map(plain).filter((each) => each !== '');

const levels = ({ target_price: target, stop_loss: stop }: Readonly<Record<string, unknown>>): { targetPrice?: number; stopLoss?: number } => ({
  ...(typeof target === 'number' && { targetPrice: target }), ...(typeof stop === 'number' && { stopLoss: stop }),
});
