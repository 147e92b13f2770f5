import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { nextOpen, sessionAt, sessionOn } from './new-york-calendar.js';

const DAY = 86_400_000;
const days = (from: string, to: string): string[] => {
  const all: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY) all.push(new Date(at).toISOString().slice(0, 10));
  return all;
};
const isWeekday = (date: string): boolean => ![0, 6].includes(new Date(date).getUTCDay());
const hours = (date: string): number => {
  const session = sessionOn(Date.parse(date))!;
  return (session.close - session.open) / 3_600_000;
};

/** As published by the exchange. */
const CLOSED = {
  2024: ['01-01', '01-15', '02-19', '03-29', '05-27', '06-19', '07-04', '09-02', '11-28', '12-25'],
  2025: ['01-01', '01-09', '01-20', '02-17', '04-18', '05-26', '06-19', '07-04', '09-01', '11-27', '12-25'],
  2026: ['01-01', '01-19', '02-16', '04-03', '05-25', '06-19', '07-03', '09-07', '11-26', '12-25'],
};
const EARLY = { 2024: ['07-03', '11-29', '12-24'], 2025: ['07-03', '11-28', '12-24'], 2026: ['11-27', '12-24'] };

describe.each([2024, 2025, 2026] as const)('%i', (year) => {
  const weekdays = days(`${year}-01-01`, `${year}-12-31`).filter(isWeekday);

  it('is closed on the published days and no others', () => {
    expect(weekdays.filter((date) => sessionOn(Date.parse(date)) === null).map((date) => date.slice(5))).toEqual(CLOSED[year]);
  });

  it('closes at 13:00 on the published half days and no others', () => {
    expect(weekdays.filter((date) => sessionOn(Date.parse(date)) && hours(date) < 6.5).map((date) => date.slice(5))).toEqual(EARLY[year]);
  });
});

it.each(['2001-09-11', '2001-09-14', '2004-06-11', '2007-01-02', '2012-10-29', '2012-10-30', '2018-12-05', '2025-01-09', '1999-12-24', '2010-12-24', '2021-12-24', '2022-06-20', '2000-04-21', '1998-01-19'])('%s: closed', (date) => {
  expect(sessionOn(Date.parse(date))).toBeNull();
});

it.each(['1999-12-31', '2010-12-31', '2021-06-18', '2001-09-17', '2004-12-31', '2012-10-31'])('%s: open', (date) => {
  expect(sessionOn(Date.parse(date))).not.toBeNull();
});

it('half days of other years: the Friday after the Fourth before 2013, the Wednesday before it since', () => {
  expect([hours('2002-07-05'), hours('2002-07-03'), hours('2013-07-03'), hours('2013-07-05'), hours('2003-12-26'), hours('2002-09-11')]).toEqual([3.5, 6.5, 3.5, 6.5, 3.5, 4]);
});

it('has a session for each daily bar of SPY, and none between that has no bar', () => {
  const rows = readFileSync(new URL('../../../shared/data/SPY-1d.csv', import.meta.url), 'utf8').trim().split('\n').slice(1).map((row) => row.slice(0, 10));
  const from = rows.find((date) => date >= '1998-01-01')!;
  const sessions = days(from, rows.at(-1)!).filter((date) => sessionOn(Date.parse(date)) !== null);
  expect(sessions).toEqual(rows.filter((date) => date >= from));
});

describe('within a day', () => {
  const at = (text: string): number => Date.parse(text);

  it('the first and the last instant belong to the session, in summer and winter time', () => {
    expect([sessionAt(at('2026-07-01T13:29:59.999Z')), sessionAt(at('2026-07-01T20:00:00.001Z'))]).toEqual([null, null]);
    for (const text of ['2026-07-01T13:30:00Z', '2026-07-01T20:00:00Z', '2026-01-05T14:30:00Z', '2026-01-05T21:00:00Z']) expect(sessionAt(at(text))).not.toBeNull();
    expect(sessionAt(at('2026-11-27T18:00:00Z'))).not.toBeNull();
    expect(sessionAt(at('2026-11-27T18:00:00.001Z'))).toBeNull();
  });

  it('the next opening is after the weekend, after a holiday, and later today', () => {
    expect(new Date(nextOpen(at('2026-11-21T08:00:00Z'))).toISOString()).toBe('2026-11-23T14:30:00.000Z');
    expect(new Date(nextOpen(at('2026-11-25T22:00:00Z'))).toISOString()).toBe('2026-11-27T14:30:00.000Z');
    expect(new Date(nextOpen(at('2026-11-23T08:00:00Z'))).toISOString()).toBe('2026-11-23T14:30:00.000Z');
  });
});
