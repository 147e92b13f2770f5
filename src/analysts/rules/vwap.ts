import { defineRule } from './rule.js';
import { actionOf, confidenceOf, hold, over, side, unit } from './stance.js';
import { levels } from './levels.js';
import { above, money, num } from './words.js';

/** So many units away the side in control is beyond doubt. */
const REACH = 2;

/**
 * Distance of the price to VWAP: above it the average buyer of the session has gained and buyers are in control, below it
 * sellers are. The unit is the larger of ATR and the distance's own deviation, so that neither one bar nor a wobble counts.
 */
export const vwap = defineRule({
  rule: 'vwap',
  warmUp: 39,
  source: 'Berkowitz, Logue, Noser: The Total Cost of Transactions on the NYSE (1988); Shannon: Maximum Trading Gains with Anchored VWAP (2023)',
  needs: ['vwap', 'vwap_deviation', 'atr14'],
  judge: (view, now) => {
    const { price } = view;
    const distance = over(price - now.vwap, Math.max(now.atr14, now.vwap_deviation));
    const said = `The price ${money(price)} is ${num(Math.abs(price - now.vwap))} ${above(price, now.vwap)} VWAP ${money(now.vwap)}, ${num(Math.abs(distance))} times its usual distance.`;
    const score = unit(distance / REACH);
    const signal = actionOf(score);
    if (signal === 'HOLD') return hold(confidenceOf(score), said, 'Neither side is in control.');
    const beyond = signal === 'BUY' ? now.vwap - now.atr14 / 2 : now.vwap + now.atr14 / 2;
    const bounds = levels(view, signal, now.atr14, { stop: beyond, reward: 1.5 });
    return side(signal, confidenceOf(score), bounds, said, signal === 'BUY' ? 'Buyers are in control.' : 'Sellers are in control.');
  },
});
