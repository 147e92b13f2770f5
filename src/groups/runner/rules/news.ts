import { toneOf } from '../../../analysts/rules/news-lexicon.js';
import { actionOf, confidenceOf } from '../../../analysts/rules/stance.js';
import { num } from '../../../analysts/rules/words.js';
import { abstains, RULES, type MemberOpinion } from '../opinion.js';
import type { Frame } from '../heard.js';
import type { Situation } from '../situation.js';
import { rounded } from './technical.js';

const HALF_LIFE_MS = 12 * 3_600_000;
const OLDEST_MS = 4 * HALF_LIFE_MS;

/**
 * Tone of the news and of the event itself by a lexicon, −1 to 1; an item counts half after twelve hours. Words are never quoted: anyone
 * can write a headline.
 */
export function news({ news: items, event, asOf }: Situation): MemberOpinion {
  const read = (items ?? [])
    .filter(({ publishedAt }) => publishedAt <= asOf && asOf - publishedAt <= OLDEST_MS)
    .map((item) => ({ tone: toneOf(item), weight: 0.5 ** ((asOf - item.publishedAt) / HALF_LIFE_MS) }));
  const said = isFigures(event.data) ? 0 : toneOf({ title: event.title, summary: typeof event.data['summary'] === 'string' ? event.data['summary'] : '' });
  if (said !== 0) read.push({ tone: said, weight: 1 });
  if (read.length === 0) return abstains(RULES, items === null ? 'News could not be read, and the event says nothing good or bad.' : 'There is no news, and the event says nothing good or bad.');
  const weight = read.reduce((sum, each) => sum + each.weight, 0);
  const mean = read.reduce((sum, each) => sum + each.tone * each.weight, 0) / weight;
  const score = Math.max(-1, Math.min(1, mean * (weight / (weight + 1)) * 2)); // little news is little evidence
  const [good, bad] = [read.filter(({ tone }) => tone > 0).length, read.filter(({ tone }) => tone < 0).length];
  return {
    signal: actionOf(score), confidence: rounded(confidenceOf(score)), source: RULES,
    reasoning: [`The tone of ${read.length} text${read.length === 1 ? '' : 's'}${said === 0 ? '' : ', the event’s among them,'} is ${num(mean)} on a scale of −1 to 1: ${good} good, ${bad} bad.`],
  };
}

/** A move of the price, a signal, an indicator: figures that others read, whose title is no news. */
const isFigures = (data: Frame): boolean => ['change_pct', 'action', 'when'].some((name) => name in data);
