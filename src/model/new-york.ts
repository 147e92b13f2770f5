const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const STANDARD = -5 * HOUR;
const DAYLIGHT = -4 * HOUR;
const YEAR = 365.2425 * DAY;

/** 00:00Z of the first Sunday on or after a day; months count from 0. */
const sundayFrom = (year: number, month: number, day: number): number => {
  const date = Date.UTC(year, month, day);
  return date + ((7 - new Date(date).getUTCDay()) % 7) * DAY;
};

/** Daylight time of a year as [from, until) in UTC: 02:00 standard time to 02:00 daylight time. */
const daylightTime = (year: number): readonly [number, number] => {
  // Energy Policy Act of 2005, in force from 2007: second Sunday of March to first of November; before (from 1987): first of April to last of October
  const [from, until] = year >= 2007
    ? [sundayFrom(year, 2, 8), sundayFrom(year, 10, 1)]
    : [sundayFrom(year, 3, 1), sundayFrom(year, 9, 25)];
  return [from + 2 * HOUR - STANDARD, until + 2 * HOUR - DAYLIGHT];
};

const FIRST_YEAR = 1990;
const TABLE = Array.from({ length: 48 }, (_, at) => daylightTime(FIRST_YEAR + at));

/**
 * What to add to UTC milliseconds to get New York wall milliseconds: −5 h, or −4 h in daylight time.
 * Exact for 1990 to 2037; outside, the nearest rule is assumed.
 */
export function newYorkOffsetMs(utcMs: number): number {
  // the mean year errs by a day around New Year at most, where both years' answer is standard time
  const year = Math.floor(1970 + utcMs / YEAR);
  const [from, until] = TABLE[year - FIRST_YEAR] ?? daylightTime(year);
  return utcMs >= from && utcMs < until ? DAYLIGHT : STANDARD;
}

/**
 * UTC milliseconds of a New York wall time (written as if it were UTC).
 * The hour that occurs twice in autumn is its first, the one that is left out in spring moves on by an hour.
 */
export function newYorkToUtc(wallMs: number): number {
  const utc = wallMs - DAYLIGHT;
  return newYorkOffsetMs(utc) === DAYLIGHT ? utc : wallMs - STANDARD;
}
