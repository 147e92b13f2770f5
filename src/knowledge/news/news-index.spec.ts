import { describe, expect, it } from '@jest/globals';
import type { NewsItem } from '../../model/news-item.js';
import { costMs } from '../../../test/support/cost.js';
import { NewsIndex } from './news-index.js';

const item = (id: string, publishedAt: number, symbols: readonly string[] = [], title = id): NewsItem => ({ id, title, summary: '', source: 'wire', url: null, publishedAt, symbols });
const ids = (items: readonly NewsItem[]): string[] => items.map(({ id }) => id);

describe('the index of news', () => {
  it('gives what was published by then and is not too old, newest first, the symbol\'s own before the market\'s', () => {
    const index = new NewsIndex();
    for (const each of [item('late', 101, ['A']), item('new', 100, ['A']), item('market', 99), item('other', 98, ['B']), item('old', 50, ['A', 'B']), item('older', 49, ['A'])]) index.add(each);
    const ask = { symbol: 'A', asOf: 100, maxAgeMs: 50, limit: 9 };
    expect(ids(index.about(ask))).toEqual(['new', 'market', 'old']);
    expect(ids(index.about({ ...ask, limit: 2 }))).toEqual(['new', 'old']);
    expect(ids(index.about({ ...ask, symbol: undefined }))).toEqual(['new', 'market', 'other', 'old']);
    expect(ids(index.about({ ...ask, symbol: 'C' }))).toEqual(['market']);
  });

  it('finds what is alike by words, rare ones first, or by embeddings where both have one', () => {
    const index = new NewsIndex();
    index.add(item('a', 1, [], 'The company reports earnings above estimates'), [1, 0]);
    index.add(item('b', 2, [], 'The company recalls a million cars'), [0, 2]);
    index.add(item('c', 3, [], 'The company opens an office'));
    const like = (text: string, embedding?: number[]) => ids(index.about({ asOf: 9, maxAgeMs: 9, limit: 2, like: { text, embedding: embedding ? Float32Array.from(embedding) : null } }));
    expect(like('company recall of cars')[0]).toBe('b');
    expect(like('EARNINGS estimate')).toEqual(['a']);
    expect(like('entirely different')).toEqual([]);
    expect(like('entirely different', [0.1, 3])).toEqual(['b', 'a']);
  });

  it('takes an item once, and keeps the newest', () => {
    const index = new NewsIndex(3);
    for (const at of [3, 1, 2, 3, 5, 4]) index.add(item(`${at}`, at, ['A']));
    expect(index.count).toBe(3);
    expect(ids(index.about({ symbol: 'A', asOf: 9, maxAgeMs: 9, limit: 9 }))).toEqual(['5', '4', '3']);
  });

  it('searches 100,000 items for the most similar in well under a tenth of a second, and for the newest at once', () => {
    const index = new NewsIndex();
    const vocabulary = Array.from({ length: 5000 }, (_, at) => `word${at}x`);
    let state = 1;
    const word = (): string => vocabulary[(state = (state * 48271) % 0x7fffffff) % 5000]!;
    const begun = performance.now();
    for (let at = 0; at < 100_000; at++) index.add(item(`${at}`, at, [`S${at % 50}`], Array.from({ length: 20 }, word).join(' ')));
    const built = performance.now() - begun;
    const ask = { asOf: 1e6, maxAgeMs: 1e6, limit: 12 };
    const [alike, newest] = [costMs(() => index.about({ ...ask, like: { text: Array.from({ length: 8 }, word).join(' ') } })), costMs(() => index.about({ ...ask, symbol: 'S7' }))];
    if (process.env['MEASURE']) console.log(`100,000 items: built in ${built.toFixed(0)} ms, the most similar ${alike.toFixed(1)} ms, a symbol's newest ${newest.toFixed(3)} ms`);
    expect(alike).toBeLessThan(100);
    expect(newest).toBeLessThan(5);
  });
});
