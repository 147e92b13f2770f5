/** Numbers for reasoning: cheap, because every run writes some fifty of them. */

/** From here on a double has no two decimals. */
const WHOLE = 1e13;

/** Two decimals at most. */
export const num = (value: number): string =>
  value < WHOLE && value > -WHOLE ? String(Math.round(value * 100) / 100) : String(value);

/** A price: two decimals from 10 on, five significant digits below. */
export const money = (value: number): string =>
  value >= 10 || value <= -10 ? num(value) : value >= 1 || value <= -1 ? String(Math.round(value * 1e4) / 1e4) : String(+value.toPrecision(5));

export const above = (a: number, b: number): string => (a > b ? 'above' : a < b ? 'below' : 'at');
