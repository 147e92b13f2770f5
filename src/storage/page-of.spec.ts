import { describe, expect, it } from '@jest/globals';
import { pageOf } from './page-of.js';

const self = (item: string): string => item;
const LIST = ['a', 'b', 'c', 'd', 'e'];

describe('a list in pages', () => {
  it.each([1, 2, 3, 5, 500])('of %i has each item once, in its order', (limit) => {
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const { items, next } = pageOf(LIST, { limit, ...(cursor !== undefined && { cursor }) }, self);
      expect(items.length).toBe(next === null ? LIST.length % limit || Math.min(limit, LIST.length) : limit);
      seen.push(...items);
      cursor = next;
    }
    expect(seen).toEqual(LIST);
  });

  it('goes on behind its last item where others came or went meanwhile, also where that one went', () => {
    const { next } = pageOf(LIST, { limit: 2 }, self);
    const behind = (list: readonly string[]): readonly string[] => pageOf(list, { limit: 2, cursor: next! }, self).items;
    expect(behind(['b', 'c', 'd'])).toEqual(['c', 'd']);
    expect(behind(['x', 'a', 'b', 'c'])).toEqual(['c']);
    expect(behind(['a', 'c', 'd'])).toEqual(['c', 'd']);
  });

  it('refuses a cursor that is none', () => {
    expect(() => pageOf(LIST, { limit: 2, cursor: 'zzz' }, self)).toThrow(expect.objectContaining({ code: 'VALIDATION_ERROR' }));
  });
});
