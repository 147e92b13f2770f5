import { abstain } from '../../model/opinion.js';
import { defineRule } from './rule.js';
import { hold, unit } from './stance.js';
import { num } from './words.js';

const STORM = 2;
const CALM = 0.4;

/** ATR over its own mean: no side of its own, but a HOLD where the regime is extreme, either way. */
export const volatility = defineRule({
  rule: 'volatility',
  warmUp: 113,
  source: 'Wilder: New Concepts in Technical Trading Systems (1978), ATR; Moreira and Muir: Volatility-Managed Portfolios, Journal of Finance 72 (2017)',
  needs: ['atr_ratio'],
  judge: (_view, { atr_ratio: ratio }) => {
    const said = `ATR is ${num(ratio)} times its mean of 100 bars`;
    if (ratio >= STORM) return hold(0.6 + 0.3 * unit(ratio / STORM - 1), `${said}: a storm, in which less should be risked.`);
    if (ratio <= CALM) return hold(0.6 + 0.3 * unit(1 - ratio / CALM), `${said}: a dead market, in which moves do not pay their costs.`);
    return abstain('NO_SETUP', `${said}: an ordinary regime.`);
  },
});
