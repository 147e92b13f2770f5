import { describe, expect, it } from '@jest/globals';
import { ChangeReference } from './change-reference.js';

const at = (text: string): number => Date.parse(text);

describe('change_pct', () => {
  it('of an equity compares with the last price of the New York day before', () => {
    const change = new ChangeReference('us_equity');
    expect(change.change(100)).toBeNull();
    change.see(100, at('2026-01-05T15:00:00Z'));
    change.see(110, at('2026-01-06T04:59:59Z')); // 23:59:59 in New York
    expect(change.change(110)).toBe(10); // the first known, so far
    change.see(111, at('2026-01-06T05:00:00Z'));
    expect(change.change(121)).toBe(10);
    change.see(50, at('2026-01-09T15:00:00Z'));
    expect(change.change(111)).toBe(0);
  });

  it('of what always trades compares with 24 hours ago', () => {
    const change = new ChangeReference('always');
    for (let hour = 0; hour < 30; hour++) change.see(100 + hour, at('2026-01-05T00:00:00Z') + hour * 3_600_000);
    expect(change.change(105)).toBe(0); // hour 29 less 24
    expect(change.change(210)).toBe(100);
  });
});
