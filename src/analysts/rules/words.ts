/** Numbers for reasoning: cheap, because every run writes some fifty of them. */

/** Two decimals at most. */
export const num = (value: number): string => String(Math.round(value * 100) / 100);

/** A price: two decimals from 10 on, five significant digits below. */
export const money = (value: number): string =>
  value >= 10 || value <= -10 ? num(value) : value >= 1 || value <= -1 ? String(Math.round(value * 1e4) / 1e4) : String(+value.toPrecision(5));

export const above = (a: number, b: number): string => (a > b ? 'above' : a < b ? 'below' : 'at');
