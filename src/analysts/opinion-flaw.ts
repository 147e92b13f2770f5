import { ABSTAIN_REASONS, ACTIONS, type Opinion } from '../model/opinion.js';

const STANCES: ReadonlySet<unknown> = new Set([...ACTIONS, 'ABSTAIN']);
const REASONS: ReadonlySet<unknown> = new Set(ABSTAIN_REASONS);

/** What is wrong with an answer that should be an opinion, or null. Analysts may be remote: nothing about it is certain. */
export function opinionFlaw(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null) return `an opinion is an object, not ${answer === null ? 'null' : typeof answer}`;
  const { signal, confidence, reasoning, reason, targetPrice, stopLoss } = answer as Partial<Record<keyof Opinion, unknown>>;
  if (!STANCES.has(signal)) return `signal is ${show(signal)}, not BUY, SELL, HOLD or ABSTAIN`;
  if (typeof confidence !== 'number' || !(confidence >= 0 && confidence <= 1)) return `confidence is ${show(confidence)}, not a number from 0 to 1`;
  if (!Array.isArray(reasoning) || !reasoning.every(isText)) return 'reasoning is not a list of sentences';
  if (!isPriceOrAbsent(targetPrice)) return `targetPrice is ${show(targetPrice)}, not a finite positive price`;
  if (!isPriceOrAbsent(stopLoss)) return `stopLoss is ${show(stopLoss)}, not a finite positive price`;
  if (signal === 'ABSTAIN' && !REASONS.has(reason)) return `an abstention's reason is ${show(reason)}, not one of ${ABSTAIN_REASONS.join(', ')}`;
  return null;
}

const isText = (sentence: unknown): boolean => typeof sentence === 'string';
const isPriceOrAbsent = (price: unknown): boolean =>
  price === undefined || (typeof price === 'number' && price > 0 && price < Infinity);
/** A value in a message, short. */
const show = (value: unknown): string => (typeof value === 'string' ? `'${value.slice(0, 40)}'` : typeof value === 'object' && value !== null ? 'an object' : String(value));
