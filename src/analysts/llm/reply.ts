import { ACTIONS, type Action, type Opinion } from '../../model/opinion.js';
import type { ReplyForm } from './reply-form.js';
import { isLevel, objectIn, plain, shown } from './reply-text.js';

const MOST_SENTENCES = 8;
const MOST_CITES = 20;

/** What a reply must be, as a strict JSON schema (every field required, nothing besides). */
const OPINION_SCHEMA: Readonly<Record<string, unknown>> = {
  type: 'object', additionalProperties: false,
  required: ['signal', 'confidence', 'reasoning', 'target_price', 'stop_loss', 'cites'],
  properties: {
    signal: { type: 'string', enum: [...ACTIONS] },
    confidence: { type: 'number', description: '0 to 1' },
    reasoning: { type: 'array', items: { type: 'string' }, description: '1 to 8 sentences with the numbers behind them' },
    target_price: { type: ['number', 'null'] },
    stop_loss: { type: ['number', 'null'] },
    cites: { type: 'array', items: { type: 'string' }, description: 'ids of the news and past situations that it rests on' },
  },
};

/** A model's opinion. `ids`: what it may cite; others are left out. */
export const opinionForm = (ids: ReadonlySet<string>): ReplyForm<Opinion> => ({ name: 'opinion', schema: OPINION_SCHEMA, read: (reply) => readReply(reply, ids) });

function readReply(reply: string, ids: ReadonlySet<string>): ReturnType<ReplyForm<Opinion>['read']> {
  const value = objectIn(reply, 'signal');
  if (value === null) return { flaw: 'there is no complete JSON object in it' };
  const { signal, confidence, reasoning, target_price: target, stop_loss: stop, cites } = value;
  if (!ACTIONS.includes(signal as Action)) return { flaw: `signal is ${shown(signal)}: it must be exactly "BUY", "SELL" or "HOLD"` };
  if (typeof confidence !== 'number' || !(confidence >= 0 && confidence <= 1)) return { flaw: `confidence is ${shown(confidence)}: it must be a number from 0 to 1` };
  const sentences = typeof reasoning === 'string' ? [reasoning] : reasoning;
  if (!Array.isArray(sentences) || !sentences.every((each) => typeof each === 'string') || sentences.every((each) => each.trim() === '')) return { flaw: 'reasoning must be a list of 1 to 8 sentences' };
  if (!isLevel(target)) return { flaw: `target_price is ${shown(target)}: it must be a price or null` };
  if (!isLevel(stop)) return { flaw: `stop_loss is ${shown(stop)}: it must be a price or null` };
  if (cites !== undefined && cites !== null && !Array.isArray(cites)) return { flaw: 'cites must be a list of ids' };
  const cited = [...new Set(((cites ?? []) as unknown[]).filter((id): id is string => typeof id === 'string' && ids.has(id)))].slice(0, MOST_CITES);
  return {
    value: {
      signal: signal as Action, confidence,
      reasoning: sentences.slice(0, MOST_SENTENCES).map(plain).filter((each) => each !== ''),
      ...(typeof target === 'number' && { targetPrice: target }),
      ...(typeof stop === 'number' && { stopLoss: stop }),
      ...(cited.length > 0 && { cites: cited }),
    },
  };
}
