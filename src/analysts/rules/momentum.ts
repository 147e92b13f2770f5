import { defineRule } from './rule.js';
import { actionOf, confidenceOf, hold, over, side, unit } from './stance.js';
import { levels, protectiveSwing } from './levels.js';
import { num } from './words.js';

/** RSI this far from 50 is full evidence: 30 and 70. */
const RSI_REACH = 20;

/** RSI against its centre line, the MACD line against zero and against its signal line, in ATR. */
export const momentum = defineRule({
  rule: 'momentum',
  warmUp: 34,
  source: 'Wilder: New Concepts in Technical Trading Systems (1978), RSI; Appel: Technical Analysis, Power Tools for Active Investors (2005), MACD; Brown: Technical Analysis for the Trading Professional (1999), RSI ranges',
  needs: ['rsi14', 'macd', 'macd_signal', 'macd_hist', 'atr14'],
  judge: (view, now) => {
    const score =
      0.4 * unit((now.rsi14 - 50) / RSI_REACH) +
      0.3 * unit(over(now.macd, 2 * now.atr14)) +
      0.3 * unit(over(now.macd_hist, 0.3 * now.atr14));
    const rsi = `RSI ${num(now.rsi14)} is on the ${now.rsi14 > 50 ? 'bullish' : now.rsi14 < 50 ? 'bearish' : 'neutral'} side of 50.`;
    const macd = `MACD is ${num(over(now.macd, now.atr14))} ATR from zero, its histogram ${now.macd_hist > 0 ? 'positive' : now.macd_hist < 0 ? 'negative' : 'flat'} at ${num(over(now.macd_hist, now.atr14))} ATR.`;
    const signal = actionOf(score);
    if (signal === 'HOLD') return hold(confidenceOf(score), rsi, macd);
    const bounds = levels(view, signal, now.atr14, { stop: protectiveSwing(view, signal), reward: 1.5 });
    return side(signal, confidenceOf(score), bounds, rsi, macd);
  },
});
