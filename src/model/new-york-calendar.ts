import { newYorkOffsetMs, newYorkToUtc } from './new-york.js';

/** Of the New York Stock Exchange; UTC milliseconds. */
export interface Session {
  readonly open: number;
  readonly close: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const [OPEN, CLOSE, EARLY] = [9.5 * HOUR, 16 * HOUR, 13 * HOUR];
const [SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY] = [0, 1, 2, 3, 4, 5, 6];

/** Attacks of 2001, funerals of presidents, the hurricane of 2012. */
const UNPLANNED = new Set([
  '2001-09-11', '2001-09-12', '2001-09-13', '2001-09-14', '2004-06-11', '2007-01-02', '2012-10-29', '2012-10-30', '2018-12-05', '2025-01-09',
].map((date) => Date.parse(date)));
/** A year after the attacks the exchange opened at noon. */
const NOON = Date.parse('2002-09-11');
/** Half days beyond the rules: the turn of the century, the Friday after Christmas 2003. */
const EARLY_ONCE = new Set(['1999-12-31', '2003-12-26'].map((date) => Date.parse(date)));

const weekday = (day: number): number => new Date(day).getUTCDay();
const on = (year: number, month: number, date: number): number => Date.UTC(year, month - 1, date);
/** The nth such weekday of a month. */
const nth = (year: number, month: number, which: number, n: number): number => {
  const first = on(year, month, 1);
  return first + ((7 + which - weekday(first)) % 7 + 7 * (n - 1)) * DAY;
};
const lastMonday = (year: number, month: number): number => {
  const last = on(year, month + 1, 0);
  return last - ((7 + weekday(last) - MONDAY) % 7) * DAY;
};
/** A holiday of a Saturday is kept on Friday, one of a Sunday on Monday. */
const kept = (day: number): number => (weekday(day) === SATURDAY ? day - DAY : weekday(day) === SUNDAY ? day + DAY : day);

/** Two days before Easter by the Gregorian computus (Meeus, Jones, Butcher). */
function goodFriday(year: number): number {
  const a = year % 19;
  const [b, c] = [Math.floor(year / 100), year % 100];
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const months = h + l - 7 * m + 114;
  return on(year, Math.floor(months / 31), (months % 31) + 1) - 2 * DAY;
}

function holidays(year: number): ReadonlySet<number> {
  const newYear = on(year, 1, 1);
  return new Set([
    weekday(newYear) === SATURDAY ? Number.NaN : kept(newYear), // a Saturday's is not kept
    nth(year, 1, MONDAY, 3), nth(year, 2, MONDAY, 3), goodFriday(year), lastMonday(year, 5),
    ...(year >= 2022 ? [kept(on(year, 6, 19))] : []),
    kept(on(year, 7, 4)), nth(year, 9, MONDAY, 1), nth(year, 11, THURSDAY, 4), kept(on(year, 12, 25)),
  ]);
}

function halfDays(year: number): ReadonlySet<number> {
  const [third, fourth] = [on(year, 7, 3), weekday(on(year, 7, 4))];
  const summer = fourth === TUESDAY || fourth === WEDNESDAY || fourth === FRIDAY || (fourth === THURSDAY && year >= 2013) ? third
    : fourth === THURSDAY ? third + 2 * DAY : Number.NaN;
  const eve = on(year, 12, 24);
  return new Set([summer, nth(year, 11, THURSDAY, 4) + DAY, weekday(eve) >= MONDAY && weekday(eve) <= THURSDAY ? eve : Number.NaN]);
}

const years = new Map<number, { readonly closed: ReadonlySet<number>; readonly early: ReadonlySet<number> }>();
const ruled = (year: number): { readonly closed: ReadonlySet<number>; readonly early: ReadonlySet<number> } => {
  let rules = years.get(year);
  if (!rules) years.set(year, (rules = { closed: holidays(year), early: halfDays(year) }));
  return rules;
};

/**
 * The regular session of a date, given as its 00:00Z; null: no trading. Exact for 1998 to 2026 (holidays, half days, unplanned
 * closings); later years go by the rules of today.
 */
export function sessionOn(day: number): Session | null {
  const of = weekday(day);
  if (!Number.isFinite(day) || of === SATURDAY || of === SUNDAY || UNPLANNED.has(day)) return null;
  const { closed, early } = ruled(new Date(day).getUTCFullYear());
  if (closed.has(day)) return null;
  return { open: newYorkToUtc(day + (day === NOON ? 12 * HOUR : OPEN)), close: newYorkToUtc(day + (early.has(day) || EARLY_ONCE.has(day) ? EARLY : CLOSE)) };
}

/** New York's date at this moment, as its 00:00Z. */
export const newYorkDay = (at: number): number => Math.floor((at + newYorkOffsetMs(at)) / DAY) * DAY;

/** The session under way, its first and its last instant included; null: closed. */
export function sessionAt(at: number): Session | null {
  const session = sessionOn(newYorkDay(at));
  return session && at >= session.open && at <= session.close ? session : null;
}

/** When the next session opens, later than `at`. */
export function nextOpen(at: number): number {
  for (let day = newYorkDay(at); ; day += DAY) {
    const session = sessionOn(day);
    if (session && session.open > at) return session.open;
  }
}

/** When the session under way or the next one closes. */
export function nextClose(at: number): number {
  for (let day = newYorkDay(at); ; day += DAY) {
    const session = sessionOn(day);
    if (session && session.close >= at) return session.close;
  }
}
