import { breakout } from './breakout.js';
import { ichimoku } from './ichimoku.js';
import { meanReversion } from './mean-reversion.js';
import { momentum } from './momentum.js';
import { newsLexicon } from './news-lexicon.js';
import type { Rule } from './rule.js';
import { smartMoney } from './smart-money.js';
import { timeSeriesMomentum } from './time-series-momentum.js';
import { trend } from './trend.js';
import { volatility } from './volatility.js';
import { volume } from './volume.js';
import { vwap } from './vwap.js';

/** Always have an opinion once warm: HOLD when neutral. */
const STATE_RULES: readonly Rule[] = [trend, momentum, volume, vwap, timeSeriesMomentum, ichimoku];
/** Abstain without their event. */
const EVENT_RULES: readonly Rule[] = [meanReversion, breakout, smartMoney, volatility];

/** Abstain without news; not on the default panel, which has no feeds. */
const NEWS_RULES: readonly Rule[] = [newsLexicon];

/** Every rule by the name that `config/analysts.yaml` uses. */
export const RULES: ReadonlyMap<string, Rule> = new Map([...STATE_RULES, ...EVENT_RULES, ...NEWS_RULES].map((rule) => [rule.rule, rule]));
