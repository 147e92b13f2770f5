import { Decimal as Base } from 'decimal.js';

/** Money and quantities: 40 significant digits, halves to even. */
export const Decimal = Base.clone({ precision: 40, rounding: Base.ROUND_HALF_EVEN, toExpNeg: -30, toExpPos: 40 });
export type Decimal = Base;

/** @throws Error where the text is no number */
export const decimal = (value: Base.Value): Decimal => new Decimal(value);
export const ZERO: Decimal = decimal(0);

/** The largest multiple of `step` that is not above `value`, towards zero. */
export const floorTo = (value: Decimal, step: Base.Value): Decimal => value.div(step).trunc().times(step);

/** What is finite and above zero. */
export const isPositive = (value: Decimal): boolean => value.isFinite() && value.gt(0);
