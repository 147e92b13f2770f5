import { defineRule } from './rule.js';
import { hold, side } from './stance.js';
import { levels } from './levels.js';
import { num } from './words.js';

/** Less sure than this that there is a drift: neutral. */
const NEUTRAL = 0.57;

/**
 * The sign of an asset's own past return, here m = that of 60 bars per unit of its volatility. Confidence is Φ(|m|),
 * the chance that the drift is real, were returns independent and normal: 0.6 from |m| = 0.25 on.
 */
export const timeSeriesMomentum = defineRule({
  rule: 'time_series_momentum',
  warmUp: 61,
  source: 'Moskowitz, Ooi, Pedersen: Time Series Momentum, Journal of Financial Economics 104 (2012)',
  needs: ['momentum60', 'atr14'],
  judge: (view, now) => {
    const moved = `60 bars moved ${num(now.momentum60)} standard deviations`;
    const sure = normal(Math.abs(now.momentum60));
    if (sure < NEUTRAL) return hold(1.3 - sure, `${moved}: a past return of this size says nothing.`);
    const signal = now.momentum60 > 0 ? 'BUY' : 'SELL';
    return side(signal, sure, levels(view, signal, now.atr14, { reward: 2 }), `${moved}: past returns tend to go on, ${signal === 'BUY' ? 'up' : 'down'}.`);
  },
});

/** Cumulative normal distribution for z ≥ 0, to 2.5e-4 (Abramowitz and Stegun 26.2.18). */
function normal(z: number): number {
  const x = Math.min(6, z);
  return 1 - 0.5 / (1 + x * (0.196854 + x * (0.115194 + x * (0.000344 + x * 0.019527)))) ** 4;
}
