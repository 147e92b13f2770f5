import { describe, expect, it } from '@jest/globals';
import { killzoneAt } from './killzones.js';

const at = (iso: string) => killzoneAt(Date.parse(iso));

describe('killzones', () => {
  it.each([
    ['winter, five hours behind UTC', '2021-01-15', 5],
    ['summer, four hours behind', '2021-07-15', 4],
    ['the Friday before the change of March 2021', '2021-03-12', 5],
    ['the Monday after it', '2021-03-15', 4],
    ['the Friday before the change of November 2021', '2021-11-05', 4],
    ['the Monday after it', '2021-11-08', 5],
    ['late March 2006, before the rule of 2007', '2006-03-28', 5],
  ])('begin and end by New York’s clock in %s', (_name, day, behind) => {
    const zones = Array.from({ length: 24 }, (_, hour) => killzoneAt(Date.parse(day) + (hour + behind) * 3_600_000));
    expect(zones.map((zone, hour) => [zone, hour]).filter(([zone]) => zone !== null)).toEqual([
      ['london', 2], ['london', 3], ['london', 4], ['new_york', 7], ['new_york', 8], ['new_york', 9],
    ]);
  });

  it('include their first moment and not their last', () => {
    expect(at('2021-01-15T06:59:59.999Z')).toBeNull();
    expect(at('2021-01-15T07:00:00Z')).toBe('london');
    expect(at('2021-01-15T09:59:59.999Z')).toBe('london');
    expect(at('2021-01-15T10:00:00Z')).toBeNull();
  });
});
