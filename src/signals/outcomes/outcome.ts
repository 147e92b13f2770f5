import type { Candle } from '../../model/candle.js';
import type { Action, Stance } from '../../model/opinion.js';
import type { OutcomeClass } from '../../model/situation.js';

/** ln(close[t+H] / open[t+1]): what holding from the first bar after the signal to the end of its horizon brings. */
export const horizonReturn = (open: number, close: number): number => Math.log(close / open);

/**
 * |R| up to which nothing happened, as known after the last of these candles: the trailing 1/3 quantile of |R| over
 * `bars` bars (linear between ranks), and never less than what a round trip costs.
 */
export function bandAt(candles: readonly Candle[], bars: number, cost: number): number {
  const sizes: number[] = [];
  for (let at = 0; at + bars < candles.length; at++) {
    const size = Math.abs(horizonReturn(candles[at + 1]!.open, candles[at + bars]!.close));
    if (Number.isFinite(size)) sizes.push(size);
  }
  if (sizes.length === 0) return cost;
  sizes.sort((a, b) => a - b);
  const rank = (sizes.length - 1) / 3;
  const below = Math.floor(rank);
  const [low, high] = [sizes[below]!, sizes[Math.min(below + 1, sizes.length - 1)]!];
  return Math.max(cost, low + (high - low) * (rank - below));
}

/** Beyond the band up or down, else flat; on the band is flat. */
export const classOf = (outcomeReturn: number, band: number): OutcomeClass =>
  outcomeReturn > band ? 'UP' : outcomeReturn < -band ? 'DOWN' : 'FLAT';

const RIGHT: Readonly<Record<Action, OutcomeClass>> = { BUY: 'UP', SELL: 'DOWN', HOLD: 'FLAT' };
export const isCorrect = (action: Action, outcome: OutcomeClass): boolean => RIGHT[action] === outcome;

/** 1 for those who were right, 0 for the others; abstentions and those in `scored` are left out. */
export const scoresOf = (stances: Readonly<Record<string, Stance>>, outcome: OutcomeClass, scored: ReadonlySet<string>): Record<string, 0 | 1> =>
  Object.fromEntries(Object.entries(stances).flatMap(([agentId, stance]) =>
    (stance === 'ABSTAIN' || scored.has(agentId) ? [] : [[agentId, isCorrect(stance, outcome) ? 1 : 0]])));

export interface Levels {
  readonly action: Action;
  readonly target: number | null;
  readonly stop: number | null;
}

export interface Touch {
  readonly level: 'target' | 'stop';
  /** The level, or the bar's opening where that lay beyond it already. */
  readonly price: number;
}

/** Which level this bar reached; inside one bar the stop comes first, since nobody knows the order. */
export function touchOf({ action, target, stop }: Levels, { open, high, low }: Candle): Touch | null {
  if (action === 'HOLD') return null;
  const long = action === 'BUY';
  if (stop !== null && (long ? low <= stop : high >= stop)) return { level: 'stop', price: long ? Math.min(open, stop) : Math.max(open, stop) };
  if (target !== null && (long ? high >= target : low <= target)) return { level: 'target', price: long ? Math.max(open, target) : Math.min(open, target) };
  return null;
}
