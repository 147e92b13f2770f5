import { defineRule } from './rule.js';
import { actionOf, compare, confidenceOf, hold, side } from './stance.js';
import { levels } from './levels.js';
import { money } from './words.js';

/** The lagging line compares with the close so many bars ago. */
const LAG = 26;

/** What the lines are worth inside the cloud, where crossings are graded neutral. */
const INSIDE = 0.5;

/**
 * Price against the cloud (half of the score), Tenkan against Kijun, the price against the close of 26 bars ago (a
 * quarter each). Inside the cloud only both lines together make a side, and barely a confident one.
 */
export const ichimoku = defineRule({
  rule: 'ichimoku',
  warmUp: 78,
  source: 'Hosoda: Ichimoku Kinko Hyo (1969); Elliott: Ichimoku Charts (2007)',
  needs: ['tenkan', 'kijun', 'senkou_a', 'senkou_b', 'atr14'],
  judge: (view, now) => {
    const { price, candles } = view;
    const top = Math.max(now.senkou_a, now.senkou_b);
    const bottom = Math.min(now.senkou_a, now.senkou_b);
    const cloud = price > top ? 1 : price < bottom ? -1 : 0;
    const lines = compare(now.tenkan, now.kijun);
    const lagging = compare(price, candles[candles.length - 1 - LAG]?.close ?? price);
    const score = cloud === 0 ? INSIDE * (0.25 * lines + 0.25 * lagging) : 0.5 * cloud + 0.25 * lines + 0.25 * lagging;
    const where = `The price ${money(price)} is ${cloud > 0 ? 'above' : cloud < 0 ? 'below' : 'inside'} the cloud of ${money(bottom)} to ${money(top)}.`;
    const rest = `Tenkan ${money(now.tenkan)} against Kijun ${money(now.kijun)} is ${word(lines)}, the lagging line ${word(lagging)}.`;
    const signal = actionOf(score);
    if (signal === 'HOLD') return hold(confidenceOf(score), where, rest);
    return side(signal, confidenceOf(score), levels(view, signal, now.atr14, { stop: now.kijun, reward: 2 }), where, rest);
  },
});

const word = (sign: number): string => (sign > 0 ? 'bullish' : sign < 0 ? 'bearish' : 'neutral');
