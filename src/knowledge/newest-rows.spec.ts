import { expect, it } from '@jest/globals';
import { newestRows } from './newest-rows.js';

/** The highest number is the newest. */
const table = (count: number) => {
  const asked: number[] = [];
  const before = async (last: number | null, limit: number): Promise<readonly number[]> => {
    asked.push(limit);
    const from = last ?? count + 1;
    return Array.from({ length: Math.min(limit, from - 1) }, (_, at) => from - 1 - at);
  };
  return { before, asked };
};

it.each([
  ['none', 0, 10, [], [4]],
  ['less than a page', 3, 10, [1, 2, 3], [4]],
  ['whole pages', 8, 10, [1, 2, 3, 4, 5, 6, 7, 8], [4, 4, 2]],
  ['more than is wanted', 12, 10, [3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [4, 4, 2]],
] as const)('reads the newest, the oldest of them first: %s', async (_name, stored, most, expected, limits) => {
  const { before, asked } = table(stored);
  expect(await newestRows(before, most, 4)).toEqual(expected);
  expect(asked).toEqual(limits);
});
