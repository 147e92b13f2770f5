import { describe, expect, it } from '@jest/globals';
import { newYorkOffsetMs, newYorkToUtc } from './new-york.js';

const HOUR = 3_600_000;
const format = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York', hourCycle: 'h23',
  year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
});
const wallByIntl = (utcMs: number): number => {
  const part = Object.fromEntries(format.formatToParts(utcMs).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
};

describe('New York time', () => {
  it('agrees with Intl every 37 hours from 1990 to 2037', () => {
    const wrong: string[] = [];
    for (let utc = Date.UTC(1990, 0, 1); utc < Date.UTC(2038, 0, 1); utc += 37 * HOUR) {
      if (utc + newYorkOffsetMs(utc) !== wallByIntl(utc)) wrong.push(new Date(utc).toISOString());
    }
    expect(wrong).toEqual([]);
  });

  it('agrees with Intl in the second before and at each change of 1990 to 2037', () => {
    let changes = 0;
    for (let utc = Date.UTC(1990, 0, 1); utc < Date.UTC(2038, 0, 1); utc += HOUR) {
      if (newYorkOffsetMs(utc) === newYorkOffsetMs(utc - 1000)) continue;
      changes += 1;
      expect(utc + newYorkOffsetMs(utc)).toBe(wallByIntl(utc));
      expect(utc - 1000 + newYorkOffsetMs(utc - 1000)).toBe(wallByIntl(utc - 1000));
    }
    expect(changes).toBe(96);
  });

  it('changes in April until 2006 and in March from 2007 on', () => {
    const noon = (year: number, month: number, day: number) => newYorkOffsetMs(Date.UTC(year, month - 1, day, 17)) / HOUR;
    expect([noon(2006, 3, 20), noon(2006, 4, 3), noon(2006, 10, 30), noon(2006, 11, 2)]).toEqual([-5, -4, -5, -5]);
    expect([noon(2007, 3, 10), noon(2007, 3, 12), noon(2007, 11, 3), noon(2007, 11, 5)]).toEqual([-5, -4, -4, -5]);
  });

  it('leads from wall time back to UTC', () => {
    for (let utc = Date.UTC(2005, 0, 1); utc < Date.UTC(2009, 0, 1); utc += 7 * HOUR) {
      const wall = utc + newYorkOffsetMs(utc);
      const back = newYorkToUtc(wall);
      expect(back === utc || back === utc - HOUR).toBe(true); // the second 01:00 to 02:00 of autumn is read as the first
      expect(back + newYorkOffsetMs(back)).toBe(wall);
    }
  });

  it('takes the first of a doubled hour and moves a missing hour on', () => {
    expect(newYorkToUtc(Date.UTC(2021, 10, 7, 1, 30))).toBe(Date.UTC(2021, 10, 7, 5, 30));
    expect(newYorkToUtc(Date.UTC(2021, 2, 14, 2, 30))).toBe(Date.UTC(2021, 2, 14, 7, 30));
  });

  it('assumes the nearest rule outside its years', () => {
    expect(newYorkOffsetMs(0)).toBe(-5 * HOUR);
    expect(newYorkOffsetMs(Date.UTC(2050, 6, 1))).toBe(-4 * HOUR);
  });
});
