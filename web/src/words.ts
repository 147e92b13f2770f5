import { change, dayTime, percent } from './format.js';

/** `TimeSeriesMomentumAnalyst` as words. */
export const analystName = (name: string): string => name.replace(/Analyst$/, '').replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/\bVwap\b/, 'VWAP');

/** `TrendAnalyst BUY 0.90: …` with the analyst's name as everywhere on the page, and its confidence as a share. */
export const voteSentence = (sentence: string): string =>
  sentence.replace(/^(\w+) (BUY|SELL|HOLD) ([01](?:\.\d+)?): /, (_all, name: string, action: string, confidence: string) => `${analystName(name)} ${action} ${percent(Number(confidence))}: `);

/** Times that a server's sentence holds, as the page says times. */
export const timesIn = (sentence: string): string => sentence.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (time) => dayTime(time));

/** `NO_SETUP` and `below_min_confidence` as words. */
export const plainWords = (code: string): string => code.toLowerCase().replaceAll('_', ' ');

const KINDS: Readonly<Record<string, string>> = {
  request: 'asked for', schedule: 'schedule', first_subscription: 'first watched', candle: 'candle closed',
};

/** Why a run began. */
export function triggerWords(trigger: object): string {
  const { kind, change_pct: points, subject } = trigger as { readonly kind: string; readonly change_pct?: number; readonly subject?: string };
  if (kind === 'price_move') return `price moved ${change(points)}`;
  return `${KINDS[kind] ?? plainWords(kind)}${subject === undefined ? '' : ` by ${subject}`}`;
}

/** `1 vote`, `2 votes`. */
export const counted = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`;
