const locale = navigator.languages;
const NONE = '–';
const of = (options: Intl.NumberFormatOptions): Intl.NumberFormat => new Intl.NumberFormat(locale, options);

const decimals = new Map<number, Intl.NumberFormat>();
const percents = of({ style: 'percent', maximumFractionDigits: 0 });
const changes = of({ style: 'percent', minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: 'exceptZero' });
const compacts = of({ notation: 'compact', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const minute = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
const days = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long' });

/** With exactly so many decimals. */
export function number(value: number | null | undefined, digits = 2): string {
  if (value == null || !Number.isFinite(value)) return NONE;
  const format = decimals.get(digits) ?? of({ minimumFractionDigits: digits, maximumFractionDigits: digits });
  decimals.set(digits, format);
  return format.format(value);
}

/** Decimals of a tick size: 2 of 0.01. */
export const digitsOf = (tickSize: number): number => Math.max(0, Math.min(8, Math.ceil(-Math.log10(tickSize) - 1e-9)));

/** A share of 1 as whole percent. */
export const percent = (share: number | null | undefined): string => (share == null ? NONE : percents.format(share));

/** A change in percent points as the wire has it (1.2 is 1.2 %), with its sign. */
export const change = (points: number | null | undefined): string => (points == null ? NONE : changes.format(points / 100));

export const compact = (value: number | null | undefined): string => (value == null ? NONE : compacts.format(value));

const monies = new Map<string, Intl.NumberFormat>();
/** An amount in a currency (ISO 4217, or a coin's name such as USDT). @public */
export function money(value: number | null | undefined, currency = 'USD', digits = 2): string {
  if (value == null) return NONE;
  if (!/^[A-Z]{3}$/.test(currency)) return `${number(value, digits)} ${currency}`;
  const key = `${currency} ${digits}`;
  const format = monies.get(key) ?? of({ style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits });
  monies.set(key, format);
  return format.format(value);
}

type Time = string | number | Date;
const date = (time: Time): Date => new Date(time);

/** Of all times on the page: its short name now, such as `GMT+1`, and the place. */
export const zone = (): { readonly name: string; readonly place: string } => ({
  name: new Intl.DateTimeFormat(locale, { timeZoneName: 'short' }).formatToParts().find(({ type }) => type === 'timeZoneName')?.value ?? '',
  place: clock.resolvedOptions().timeZone,
});

/** Hours, minutes, seconds. */
export const timeOfDay = (time: Time): string => clock.format(date(time));
/** Hours and minutes. @public */
export const hourMinute = (time: Time): string => minute.format(date(time));
/** Day and minute. */
export const dayTime = (time: Time): string => day.format(date(time));
/** All of it with its zone, for titles. */
export const fullTime = (time: Time): string => full.format(date(time));

/** The day alone, of a candle that is a day of UTC. */
export const fullDay = (time: Time): string => days.format(date(time));

/** What begins where a time axis has a mark. */
export type AxisMark = 'year' | 'month' | 'day' | 'time';
const AXIS: Readonly<Record<AxisMark, Intl.DateTimeFormatOptions>> = {
  year: { year: 'numeric' }, month: { month: 'short' }, day: { month: 'short', day: 'numeric' }, time: { hour: '2-digit', minute: '2-digit' },
};
const axes = new Map<string, Intl.DateTimeFormat>();

/** A mark of a time axis, as short as it can be. `daily`: of candles that are days of UTC. */
export function axisTime(time: Time, mark: AxisMark, daily = false): string {
  const key = `${mark} ${daily}`;
  const format = axes.get(key) ?? new Intl.DateTimeFormat(locale, { ...AXIS[mark], ...(daily && { timeZone: 'UTC' }) });
  axes.set(key, format);
  return format.format(date(time));
}

const STEPS = [[86_400, 'd'], [3_600, 'h'], [60, 'm'], [1, 's']] as const;

/** A duration in its largest unit: `12 s`, `3 min`, `2 h`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [size, unit] = STEPS.find(([least]) => seconds >= least) ?? [1, 's'];
  return `${Math.floor(seconds / size)} ${unit === 'm' ? 'min' : unit}`;
}
