import type { Market } from '../../market/market.js';
import type { Candle } from '../../model/candle.js';
import { intervalMs } from '../../model/interval.js';
import type { OpenRow } from './tracked.js';

/** How much longer than its bars a horizon may last: nights, weekends, holidays. */
const STRETCHES = [1, 8, 64];

/**
 * The closed candles from t on, as far as the horizon goes or as far as they are known; `waiting`: t has not closed here yet
 * (a file is replayed anew); `gone`: t, or a candle behind it, is neither in memory nor in the feed's past.
 */
export async function candlesSince(market: Pick<Market, 'candles' | 'instrument'>, row: OpenRow): Promise<readonly Candle[] | 'waiting' | 'gone'> {
  const { symbol, interval, candle_time: t, horizon_bars: bars } = row;
  const [newest] = await market.candles(symbol, interval, 1);
  if (!newest || newest.time < t) return 'waiting';
  const length = intervalMs(interval);
  let found: readonly Candle[] = [];
  for (const stretch of STRETCHES) {
    const count = (bars + 1) * stretch;
    found = (await market.candles(symbol, interval, count, t + count * length)).filter(({ time }) => time >= t);
    if (found[0]?.time !== t) return 'gone';
    if (found.length > bars || t + count * length > newest.time) break;
  }
  const always = market.instrument(symbol).hours === 'always';
  return always && found.some(({ time }, at) => at > 0 && time - found[at - 1]!.time !== length) ? 'gone' : found;
}
