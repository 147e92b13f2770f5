import type { Candle } from '../../model/candle.js';
import { defineRule } from './rule.js';
import { actionOf, confidenceOf, hold, over, side, unit } from './stance.js';
import { levels, protectiveSwing } from './levels.js';
import { num } from './words.js';

const BARS = 20;
/** A quarter of 20 bars' volume between OBV and its mean is full evidence. */
const OBV_REACH = 0.25;
/** MFI at 20 or 80 is full evidence. */
const MFI_REACH = 30;

/** On-balance volume against its EMA20, as a share of the volume of 20 bars, and the money flow index against 50. */
export const volume = defineRule({
  rule: 'volume',
  warmUp: 20,
  source: "Granville: Granville's New Key to Stock Market Profits (1963), OBV; Quong and Soudack: Volume-Weighted RSI, Money Flow (1989), MFI",
  needs: ['obv', 'obv_ema20', 'mfi14', 'atr14'],
  judge: (view, now) => {
    const flow = over(now.obv - now.obv_ema20, volumeOf(view.candles));
    const score = 0.5 * unit(flow / OBV_REACH) + 0.5 * unit((now.mfi14 - 50) / MFI_REACH);
    const obv = `OBV is ${num(Math.abs(flow) * 100)} % of 20 bars' volume ${flow >= 0 ? 'above' : 'below'} its EMA20: ${flow > 0 ? 'accumulation' : flow < 0 ? 'distribution' : 'balance'}.`;
    const mfi = `MFI ${num(now.mfi14)}: money flows ${now.mfi14 > 50 ? 'in' : now.mfi14 < 50 ? 'out' : 'neither in nor out'}.`;
    const signal = actionOf(score);
    if (signal === 'HOLD') return hold(confidenceOf(score), obv, mfi);
    const bounds = levels(view, signal, now.atr14, { stop: protectiveSwing(view, signal), reward: 1.5 });
    return side(signal, confidenceOf(score), bounds, obv, mfi);
  },
});

function volumeOf(candles: readonly Candle[]): number {
  let sum = 0;
  for (let at = Math.max(0, candles.length - BARS); at < candles.length; at++) sum += candles[at]!.volume;
  return sum;
}
