import type { NewsItem } from '../../model/news-item.js';

const LONGEST_TITLE = 300;
const LONGEST_SUMMARY = 700;
const LONGEST_SOURCE = 60;

/**
 * Data in a prompt: JSON between two fixed lines. Nothing in it can end the block: `<` and `>` are written as escapes, and so
 * is every line break that JSON would let pass.
 */
export const dataBlock = (name: string, value: unknown): string => `<<<DATA ${name}\n${escaped(JSON.stringify(value))}\nDATA>>>`;

 
const ESCAPED = /[<>\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const escaped = (json: string): string => json.replace(ESCAPED, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** News as a model sees it: with its source, without its address, cut. */
export const newsData = (news: readonly NewsItem[]): unknown[] => news.map(({ id, title, summary, source, publishedAt }) => ({
  id, source: cut(source, LONGEST_SOURCE), time: new Date(publishedAt).toISOString(), title: cut(title, LONGEST_TITLE), summary: cut(summary, LONGEST_SUMMARY),
}));

/** Without control characters; what is cut says so. */
export function cut(text: string, length: number): string {
   
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return clean.length <= length ? clean : `${clean.slice(0, length - 1)}…`;
}
