import { describe, expect, it } from '@jest/globals';
import fc from '../../test/support/seeded.js';
import { cell } from './csv-cell.js';

describe('a cell of the CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '  =1', '\u00a0=1', '\ufeff=1', '\u200b@x', '＝1', '\x01-1', '\t', '\rx', '-'])('%j is made harmless', (text) => {
    expect(cell(text)).toBe(`'${text}`);
  });

  it.each(['', 'BUY', 'a=b', '1-2', '{"signal":"BUY"}', '[{"role":"user","content":"=1"}]', "'=1", ' x', 'naïve 世界'])('%j stays', (text) => {
    expect(cell(text)).toBe(text);
  });

  it('numbers stay numbers, also below 0, and nothing stays nothing', () => {
    expect([cell(-1.5), cell(0), cell(null)]).toEqual([-1.5, 0, null]);
  });

  it('text that no spreadsheet can hold is cut and says so', () => {
    const cut = cell(`=${'x'.repeat(40_000)}`) as string;
    expect(cut.length).toBeLessThan(32_767);
    expect(cut).toMatch(/^'=x+… \(40001 characters; the JSON export has all\)$/);
  });

  it('no text begins as a formula, whatever a spreadsheet trims before it', () => {
    const start = fc.string({ unit: fc.constantFrom(' ', '\t', '\r', '\n', '\u00a0', '\u2003', '\ufeff', '\0', '=', '+', '-', '@', 'x'), maxLength: 6 });
    fc.assert(fc.property(start, (text) => {
      expect(String(cell(text)).replace(/^[\s\0\ufeff]+/, '')).not.toMatch(/^[=+\-@]/);
      expect(String(cell(text))).not.toMatch(/^[\t\r]/);
    }));
  });
});
