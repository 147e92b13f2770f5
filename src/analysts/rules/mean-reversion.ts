import { abstain } from '../../model/opinion.js';
import { defineRule } from './rule.js';
import { over, side, unit } from './stance.js';
import { levels } from './levels.js';
import { money, num } from './words.js';

/** ADX above which price is said to walk the band. */
const WALKING = 35;

/**
 * A price outside the Bollinger bands is drawn to their middle, where RSI confirms the exhaustion and no strong
 * trend walks the band. Target: the middle band.
 */
export const meanReversion = defineRule({
  rule: 'mean_reversion',
  warmUp: 28,
  source: 'Bollinger: Bollinger on Bollinger Bands (2001), tags of the bands with a confirming oscillator',
  needs: ['bb_upper', 'bb_middle', 'bb_lower', 'rsi14', 'adx14', 'atr14'],
  judge: (view, now) => {
    const { price } = view;
    const beyond = price < now.bb_lower ? now.bb_lower - price : price > now.bb_upper ? price - now.bb_upper : 0;
    if (beyond === 0) return abstain('NO_SETUP', `The price ${money(price)} is inside the bands ${money(now.bb_lower)} to ${money(now.bb_upper)}.`);
    if (now.adx14 > WALKING) return abstain('NO_SETUP', `The price is outside its band, but ADX ${num(now.adx14)} says that a trend walks it.`);
    const signal = price < now.bb_lower ? 'BUY' : 'SELL';
    const exhaustion = signal === 'BUY' ? 40 - now.rsi14 : now.rsi14 - 60;
    if (exhaustion < 0) return abstain('NO_SETUP', `The price is outside its band, but RSI ${num(now.rsi14)} is not exhausted.`);
    // bands are two deviations from the middle: a quarter of their width is one
    const deviations = over(beyond, (now.bb_upper - now.bb_lower) / 4);
    const confidence = 0.55 + 0.2 * unit(deviations) + 0.2 * unit(exhaustion / 20);
    return side(
      signal, confidence, levels(view, signal, now.atr14, { target: now.bb_middle }),
      `The price ${money(price)} is ${num(deviations)} deviations outside its ${signal === 'BUY' ? 'lower' : 'upper'} band ${money(signal === 'BUY' ? now.bb_lower : now.bb_upper)}.`,
      `RSI ${num(now.rsi14)} confirms, ADX ${num(now.adx14)} shows no trend that walks the band: a way back to ${money(now.bb_middle)}.`,
    );
  },
});
