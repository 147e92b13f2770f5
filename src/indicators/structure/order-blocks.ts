import type { OrderBlock } from '../../model/structure.js';
import type { Break } from './breaks.js';
import type { CandleHistory } from './candle-history.js';

/** How far before the leg's origin the opposite candle may lie. */
const REACH = 10;

/**
 * Order block (ICT): the last opposite candle before the displacement that broke structure. The displacement is the leg from
 * its extreme since the broken swing to the breaking close, at least `minLeg` high; the block is the nearest candle that closed
 * against it, from that extreme back, at most 10 candles and not before the broken swing. With wicks: its low to its high.
 * Null where the leg is too small, begins before the history, or has no such candle.
 */
export function orderBlock({ direction, swing, origin }: Break, history: CandleHistory, minLeg: number): OrderBlock | null {
  const up = direction === 'bullish';
  const { close, knownAt } = history.ago(0)!;
  if ((up ? close - origin.low : origin.high - close) < minLeg) return null;

  let ago = 0;
  while (history.ago(ago) !== origin) if (++ago >= history.size) return null;
  for (const end = ago + REACH; ago <= end; ago++) {
    const candle = history.ago(ago);
    if (candle === undefined || candle.time < swing.time) return null;
    if (up ? candle.close < candle.open : candle.close > candle.open) {
      const { time, low, high } = candle;
      return Object.freeze({ kind: 'order_block', time, confirmed_at: knownAt, direction, low, high });
    }
  }
  return null;
}
