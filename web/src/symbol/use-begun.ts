import { useQuery } from '@tanstack/react-query';
import type { Candle } from '../candle.js';
import { closedCandles, intervalMs } from '../market.js';
import { begunOf } from './begun.js';

/** The part of the candle under way that was before this page listened; asked anew with each candle that closes, and after a break. */
export function useBegun(symbol: string, intervals: readonly string[], interval: string, last: Candle | undefined): Candle | null {
  const lengthMs = intervalMs(interval);
  const lengths = [...intervals].filter((each) => intervalMs(each) <= lengthMs).sort((a, b) => intervalMs(b) - intervalMs(a));
  const startMs = last === undefined ? 0 : Date.parse(last.time) + lengthMs;
  const { data } = useQuery({
    queryKey: ['candles', 'begun', symbol, interval, startMs],
    meta: { unlogged: true },
    enabled: last !== undefined && lengths.length > 1,
    queryFn: async ({ signal }) => {
      const finer = await Promise.all(lengths.slice(1).map(async (each, index) => {
        const limit = Math.ceil(intervalMs(lengths[index]!) / intervalMs(each)); // what the next longer one holds
        const { items } = await closedCandles({ symbol, interval: each, limit }, signal);
        return { lengthMs: intervalMs(each), candles: items };
      }));
      return begunOf(startMs, finer);
    },
  });
  return data ?? null;
}
