import type { MarketView } from '../../model/market-view.js';

/** Target and stop on the right sides of the price; absent where there is no honest one. */
export interface Levels {
  readonly targetPrice?: number;
  readonly stopLoss?: number;
}

interface Wish {
  /** Where the idea is wrong; used where it is 0.5 to 4 ATR away on the losing side, else 2 ATR are. */
  readonly stop?: number | undefined;
  /** Where the idea is done; used where it is on the winning side, else `reward` times the risk is. */
  readonly target?: number | undefined;
  readonly reward?: number;
}

const NEAREST = 0.5;
const FARTHEST = 4;
const DEFAULT_STOP = 2;

/** Prices are rounded to the instrument's tick. `atr` in price units; none of both where it is not positive. */
export function levels(view: MarketView, signal: 'BUY' | 'SELL', atr: number, { stop, target, reward = 2 }: Wish = {}): Levels {
  if (!(atr > 0)) return {};
  const up = signal === 'BUY' ? 1 : -1;
  const { price } = view;
  const wished = stop === undefined ? NaN : (price - stop) * up;
  const risk = wished >= NEAREST * atr && wished <= FARTHEST * atr ? wished : DEFAULT_STOP * atr;
  const gain = target !== undefined && (target - price) * up > 0 ? (target - price) * up : reward * risk;
  const stopLoss = toTick(price - up * risk, view.instrument.tickSize);
  const targetPrice = toTick(price + up * gain, view.instrument.tickSize);
  const found: { -readonly [K in keyof Levels]: Levels[K] } = {};
  if (usable(targetPrice) && (targetPrice - price) * up > 0) found.targetPrice = targetPrice;
  if (usable(stopLoss) && (price - stopLoss) * up > 0) found.stopLoss = stopLoss;
  return found;
}

/** The swing that protects a position: the last low under a long one, the last high over a short one. */
export const protectiveSwing = ({ structure }: MarketView, signal: 'BUY' | 'SELL'): number | undefined =>
  (signal === 'BUY' ? structure?.last_swing_low : structure?.last_swing_high)?.price;

const usable = (price: number): boolean => price > 0 && price < Infinity;

/** Divides by the whole number of ticks in 1, because 0.01 is not exact. */
function toTick(price: number, tick: number): number {
  if (!(tick > 0)) return price;
  if (tick >= 1) return Math.round(price / tick) * tick;
  const parts = Math.round(1 / tick);
  return Math.round(price * parts) / parts;
}
