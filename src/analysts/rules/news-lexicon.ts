import type { NewsItem } from '../../model/news-item.js';
import { abstain, type Opinion } from '../../model/opinion.js';
import { INTENSITIES, LEXICON, NEGATIONS } from './lexicon.js';
import { defineRule } from './rule.js';
import { actionOf, confidenceOf } from './stance.js';
import { num } from './words.js';

const HALF_LIFE_MS = 12 * 3_600_000;
/** Weight of all news together below which there is none to speak of: one item of two days. */
const LEAST_WEIGHT = 1 / 16;
/** Words back to which a negation reaches. */
const REACH = 3;
/** A negated word says the contrary, and less of it: `not bad` is not `good`. */
const NEGATED = -0.6;
/** A headline says what it is about; a summary repeats it. */
const TITLE_WEIGHT = 2;
/** About the market as a whole, and not this symbol. */
const MARKET_WEIGHT = 0.5;
const MOST_CITED = 8;
const WORD = /[a-z][a-z'’-]*/g;

/**
 * Tone of the news by a lexicon, weighted by recency: an item counts half after twelve hours of market time. Every opinion
 * is marked untrusted, since anyone can write a headline, and its words are never quoted: only counts and ids are.
 */
export const newsLexicon = defineRule({
  rule: 'news_lexicon',
  warmUp: 1,
  source: 'Loughran and McDonald (2011), When Is a Liability Not a Liability?, for the method; the word list is our own',
  needs: [],
  judge: ({ news, asOf }) => {
    const read = news.filter(({ publishedAt }) => publishedAt <= asOf).map((item) => ({ item, tone: toneOf(item), weight: weightOf(item, asOf) }));
    const total = read.reduce((sum, { weight }) => sum + weight, 0);
    if (read.length === 0) return abstain('NO_DATA', 'There is no news to read.');
    if (!(total >= LEAST_WEIGHT)) return abstain('NO_DATA', `All ${read.length} news items are too old to count.`);
    const mean = read.reduce((sum, { tone, weight }) => sum + tone * weight, 0) / total;
    // little news is little evidence: one fresh item counts half
    const score = mean * (total / (total + 1)) * 2;
    return marked(Math.max(-1, Math.min(1, score)), mean, read);
  },
});

interface Read {
  readonly item: NewsItem;
  readonly tone: number;
  readonly weight: number;
}

function marked(score: number, mean: number, read: readonly Read[]): Opinion {
  const [good, bad] = [read.filter(({ tone }) => tone > 0).length, read.filter(({ tone }) => tone < 0).length];
  const cited = [...read].sort((a, b) => Math.abs(b.tone * b.weight) - Math.abs(a.tone * a.weight)).slice(0, MOST_CITED);
  return {
    signal: actionOf(score),
    confidence: Math.round(confidenceOf(score) * 1000) / 1000,
    reasoning: [
      `The tone of ${read.length} news items is ${num(mean)} on a scale of −1 to 1, weighted by recency.`,
      `${good} are positive, ${bad} negative and ${read.length - good - bad} neutral by their words.`,
    ],
    cites: cited.map(({ item }) => item.id),
    untrusted: true,
  };
}

const weightOf = ({ publishedAt, symbols }: NewsItem, asOf: number): number =>
  (symbols.length > 0 ? 1 : MARKET_WEIGHT) * 0.5 ** ((asOf - publishedAt) / HALF_LIFE_MS);

/** −1 to 1; 0 where no word is in the lexicon. */
export function toneOf({ title, summary }: Pick<NewsItem, 'title' | 'summary'>): number {
  return Math.tanh((TITLE_WEIGHT * sumOf(title) + sumOf(summary)) / 6);
}

function sumOf(text: string): number {
  const found = text.toLowerCase().replaceAll('’', "'").match(WORD) ?? [];
  let sum = 0;
  let negatedUntil = -1;
  for (const [at, word] of found.entries()) {
    if (NEGATIONS.has(word)) negatedUntil = at + REACH;
    const score = LEXICON.get(word);
    if (score === undefined) continue;
    const before = INTENSITIES.get(found[at - 1] ?? '') ?? INTENSITIES.get(found[at + 1] ?? '') ?? 1;
    sum += score * before * (at <= negatedUntil ? NEGATED : 1);
  }
  return sum;
}
