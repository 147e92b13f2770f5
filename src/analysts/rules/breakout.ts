import type { Candle } from '../../model/candle.js';
import { abstain } from '../../model/opinion.js';
import { defineRule } from './rule.js';
import { over, side, unit } from './stance.js';
import { levels } from './levels.js';
import { money, num } from './words.js';

const BARS = 20;

/**
 * A close outside the channel of the 20 bars before it, where the price is still there. Volume above its mean makes
 * it surer, less makes it doubtful. Stop: two ATR, as the Turtles had it; target: the height of the channel.
 */
export const breakout = defineRule({
  rule: 'breakout',
  warmUp: 21,
  source: 'Donchian: High Finance in Copper, Financial Analysts Journal 16 (1960); Faith: Way of the Turtle (2007)',
  needs: ['donchian_upper20', 'donchian_lower20', 'atr14'],
  judge: (view, now) => {
    const upper = now.donchian_upper20;
    const lower = now.donchian_lower20;
    const close = view.candles.at(-1)?.close ?? view.price;
    const signal = close > upper && view.price > upper ? 'BUY' : close < lower && view.price < lower ? 'SELL' : null;
    if (signal === null) return abstain('NO_SETUP', `The price ${money(view.price)} has not left the 20-bar channel ${money(lower)} to ${money(upper)}.`);
    const [edge, excess] = signal === 'BUY' ? [upper, view.price - upper] : [lower, lower - view.price];
    const busy = volumeRatio(view.candles);
    const confidence = 0.62 + 0.2 * unit(over(excess, now.atr14)) + 0.15 * unit(busy - 1);
    const height = signal === 'BUY' ? upper - lower : lower - upper;
    return side(
      signal, confidence, levels(view, signal, now.atr14, { target: edge + height }),
      `The close ${money(close)} left the 20-bar channel ${money(lower)} to ${money(upper)} ${signal === 'BUY' ? 'upwards' : 'downwards'}, by ${num(over(excess, now.atr14))} ATR.`,
      `Volume is ${num(busy)} times its mean of 20 bars${busy < 1 ? ', which is little for a breakout' : ''}.`,
    );
  },
});

/** The last volume over the mean of the 20 before it; 1 where nothing was traded. */
function volumeRatio(candles: readonly Candle[]): number {
  const last = candles.length - 1;
  let sum = 0;
  for (let at = Math.max(0, last - BARS); at < last; at++) sum += candles[at]!.volume;
  const mean = sum / Math.min(BARS, Math.max(1, last));
  return mean > 0 ? over(candles[last]!.volume, mean) : 1;
}
