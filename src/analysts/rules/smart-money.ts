import { abstain, type Opinion } from '../../model/opinion.js';
import { confluence, type Confluence } from './confluence.js';
import { defineRule } from './rule.js';
import { side } from './stance.js';
import { levels, protectiveSwing } from './levels.js';
import { num } from './words.js';

/** Least score of a setup, and least lead over the other side. */
const SETUP = 0.5;
const LEAD = 0.15;
const WARM_UP = 30;

/**
 * The ICT/SMC reading: something happened (break of structure, change of character, liquidity sweep) and the price
 * is where acting on it is cheap (order block, fair value gap, discount or premium). Confidence grows with the
 * confluence: 0.6 at the least setup. Stop: beyond the zone or the swept price; target: the liquidity across, the range's far end.
 */
export const smartMoney = defineRule({
  rule: 'smart_money',
  warmUp: WARM_UP,
  source: 'Huddleston (The Inner Circle Trader): Core Content and 2022 Mentorship, as practised under the name Smart Money Concepts',
  needs: ['atr14'],
  judge: (view, { atr14 }) => {
    const { structure } = view;
    if (structure === null || view.candles.length < WARM_UP) return warmingUp(view.candles.length);
    const bullish = confluence(view, structure, 'bullish');
    const bearish = confluence(view, structure, 'bearish');
    const [best, other] = bullish.score >= bearish.score ? [bullish, bearish] : [bearish, bullish];
    if (!isSetup(best, other)) return abstain('NO_SETUP', noSetup(best, other));
    const long = best.direction === 'bullish';
    const signal = long ? 'BUY' : 'SELL';
    const padding = long ? -atr14 / 4 : atr14 / 4;
    const stop = best.invalidation === undefined ? protectiveSwing(view, signal) : best.invalidation + padding;
    const across = long ? structure.range?.high : structure.range?.low;
    return side(
      signal, 0.6 + 0.5 * (best.score - SETUP), levels(view, signal, atr14, { stop, target: across }),
      `${long ? 'Bullish' : 'Bearish'} confluence ${num(best.score)} against ${num(other.score)}: ${best.elements.join(', ')}.`,
      `The structure's trend is ${structure.trend ?? 'not known yet'}.`,
    );
  },
});

const isSetup = (best: Confluence, other: Confluence): boolean =>
  best.triggered && best.placed && best.score >= SETUP - 1e-9 && best.score - other.score >= LEAD - 1e-9;

const noSetup = (best: Confluence, other: Confluence): string =>
  `No setup: ${best.direction} confluence ${num(best.score)} of ${SETUP} (${best.elements.join(', ') || 'nothing'}), ${other.direction} ${num(other.score)}.`;

const warmingUp = (candles: number): Opinion =>
  abstain('WARMING_UP', `${candles} of ${WARM_UP} closed candles so far: the structure is not known yet.`);
