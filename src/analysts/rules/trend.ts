import { defineRule } from './rule.js';
import { actionOf, confidenceOf, hold, over, side, unit } from './stance.js';
import { levels, protectiveSwing } from './levels.js';
import { above, money, num } from './words.js';

/** ADX from which Wilder calls a market trending; below it averages say less. */
const TRENDING = 20;
const WEAK = 0.5;

/**
 * Moving averages and directional movement. Four readings, each in ATR so that they compare: EMA12 against EMA26,
 * SMA20 against SMA50, price against SMA50, +DI against −DI. Their mean is the score, worth less where ADX is low.
 */
export const trend = defineRule({
  rule: 'trend',
  warmUp: 50,
  source: 'Brock, Lakonishok, LeBaron: Simple Technical Trading Rules (1992); Wilder: New Concepts in Technical Trading Systems (1978)',
  needs: ['ema12', 'ema26', 'sma20', 'sma50', 'adx14', 'plus_di14', 'minus_di14', 'atr14'],
  judge: (view, now) => {
    const { price } = view;
    const evidence =
      unit(over(now.ema12 - now.ema26, now.atr14)) +
      unit(over(now.sma20 - now.sma50, 3 * now.atr14)) +
      unit(over(price - now.sma50, 3 * now.atr14)) +
      unit(over(2 * (now.plus_di14 - now.minus_di14), now.plus_di14 + now.minus_di14));
    const score = (evidence / 4) * (now.adx14 >= TRENDING ? 1 : WEAK);
    const averages = `EMA12 ${money(now.ema12)} is ${above(now.ema12, now.ema26)} EMA26 ${money(now.ema26)}, the price ${money(price)} ${above(price, now.sma50)} SMA50 ${money(now.sma50)}.`;
    const strength = `ADX ${num(now.adx14)} with +DI ${num(now.plus_di14)} and −DI ${num(now.minus_di14)}: ${now.adx14 >= TRENDING ? 'a trend' : 'hardly a trend'}.`;
    const signal = actionOf(score);
    if (signal === 'HOLD') return hold(confidenceOf(score), averages, strength);
    const bounds = levels(view, signal, now.atr14, { stop: protectiveSwing(view, signal), reward: 2 });
    return side(signal, confidenceOf(score), bounds, averages, strength);
  },
});
