import type { Candle } from '../candle.js';

/**
 * The candle under way as its closed parts make it, or null where none has closed. `finer`: the longest interval first; of each
 * what follows the end of the one before.
 */
export function begunOf(startMs: number, finer: readonly { readonly lengthMs: number; readonly candles: readonly Candle[] }[]): Candle | null {
  let until = startMs;
  const parts: Candle[] = [];
  for (const { lengthMs, candles } of finer) {
    for (const candle of candles) {
      const at = Date.parse(candle.time);
      if (at < until) continue;
      parts.push(candle);
      until = at + lengthMs;
    }
  }
  const [first] = parts;
  if (!first) return null;
  return {
    time: new Date(startMs).toISOString(), open: first.open, close: parts.at(-1)!.close,
    high: Math.max(...parts.map(({ high }) => high)), low: Math.min(...parts.map(({ low }) => low)), volume: parts.reduce((sum, { volume }) => sum + volume, 0),
  };
}
