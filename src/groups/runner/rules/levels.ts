import { opens, type Decision } from '../opinion.js';
import { indicator, type Situation } from '../situation.js';

/** In ATR: half as much again may be won as lost. */
const STOP = 2;
const TARGET = 3;

/** Target and stop of an opening: its own where they are on the right sides of the price, else by ATR; none of others. */
export function withLevels(decision: Decision, situation: Situation): Decision {
  const side = opens(decision.action);
  const { price, tickSize } = situation;
  if (side === null) return { ...decision, targetPrice: null, stopLoss: null };
  if (price === null) return decision;
  const up = side === 'LONG' ? 1 : -1;
  const atr = indicator(situation, 'atr14');
  const at = (distance: number): number | null => {
    const level = atr === null ? 0 : onTick(price + up * distance * atr, tickSize);
    return level > 0 && level !== price ? level : null;
  };
  const wins = (level: number | null): level is number => level !== null && level > 0 && (level - price) * up > 0;
  const loses = (level: number | null): level is number => level !== null && level > 0 && (price - level) * up > 0;
  return {
    ...decision,
    targetPrice: wins(decision.targetPrice) ? decision.targetPrice : at(TARGET),
    stopLoss: loses(decision.stopLoss) ? decision.stopLoss : at(-STOP),
  };
}

/** Divides by the whole number of ticks in 1, because 0.01 is not exact. */
function onTick(price: number, tick: number): number {
  if (!(tick > 0)) return price;
  if (tick >= 1) return Math.round(price / tick) * tick;
  const parts = Math.round(1 / tick);
  return Math.round(price * parts) / parts;
}
