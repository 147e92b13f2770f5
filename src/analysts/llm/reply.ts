import { ACTIONS, type Action, type Opinion } from '../../model/opinion.js';

const MOST_SENTENCES = 8;
const LONGEST_SENTENCE = 600;
const MOST_CITES = 20;
/** Braces that are tried: a reply of nothing else must not keep the loop busy. */
const MOST_LOOKS = 40;

/** What a reply must be, as a strict JSON schema (every field required, nothing besides). */
export const OPINION_SCHEMA: Readonly<Record<string, unknown>> = {
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

export type Read = { readonly opinion: Opinion } | { readonly flaw: string };

/** A model's opinion out of its reply, or what is wrong with it. `ids`: what it may cite; others are left out. */
export function readReply(reply: string, ids: ReadonlySet<string>): Read {
  const value = objectIn(reply);
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
    opinion: {
      signal: signal as Action, confidence,
      reasoning: sentences.slice(0, MOST_SENTENCES).map(plain).filter((each) => each !== ''),
      ...(typeof target === 'number' && { targetPrice: target }),
      ...(typeof stop === 'number' && { stopLoss: stop }),
      ...(cited.length > 0 && { cites: cited }),
    },
  };
}

const isLevel = (value: unknown): boolean => value === undefined || value === null || (typeof value === 'number' && value > 0 && Number.isFinite(value));

/** One line, without control characters, of bounded length. */
 
const plain = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim().slice(0, LONGEST_SENTENCE);

const shown = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60));

/** The whole text, or the first complete JSON object in it that has a signal, else the first at all: around it may be prose or a fence. */
function objectIn(text: string): Record<string, unknown> | null {
  const whole = parsed(text.trim());
  if (whole) return whole;
  let first: Record<string, unknown> | null = null;
  for (let from = text.indexOf('{'), looks = 0; from >= 0 && looks < MOST_LOOKS; from = text.indexOf('{', from), looks++) {
    const end = endOf(text, from);
    const value = end < 0 ? null : parsed(text.slice(from, end));
    if (value && 'signal' in value) return value;
    first ??= value;
    from = value ? end : from + 1;
  }
  return first;
}

function parsed(text: string): Record<string, unknown> | null {
  if (!text.startsWith('{')) return null;
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Behind the brace that closes the one at `from`; −1 where none does. */
function endOf(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const letter = text[at];
    if (quoted) {
      if (letter === '\\') at++;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === '{') depth++;
    else if (letter === '}' && --depth === 0) return at + 1;
  }
  return -1;
}
