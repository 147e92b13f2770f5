import { money, num } from '../../../analysts/rules/words.js';
import { abstains, RULES, type MemberOpinion } from '../opinion.js';
import { indicator, type Situation } from '../situation.js';
import { rounded } from './technical.js';

/** Shares of equity that one trade may bind. */
const MOST_MARGIN = 0.25;
const MUCH_MARGIN = 0.1;
/** All positions with this one, as a multiple of equity that one may have at leverage 1. */
const MOST_EXPOSURE = 1;
/** ATR as a share of the price. */
const WILD = 0.05;
const RESTLESS = 0.02;
/** Percent of what a position binds at which it has failed. */
const WORST_PNL = -10;

/** Position, exposure and volatility: says what speaks against opening, and how much. Vetoes what cannot be borne, votes against a position that has failed. */
export function risk(situation: Situation): MemberOpinion {
  const { account, held, group, price, openOrders } = situation;
  const vetoes: string[] = [];
  const doubts: string[] = [];
  if (account) {
    const notional = group.marginUsd * group.leverage;
    if (account.state !== 'ACTIVE') vetoes.push(`The account is ${account.state}.`);
    if (group.marginUsd > account.available) vetoes.push(`A trade binds ${money(group.marginUsd)}, and ${money(account.available)} is free.`);
    const share = group.marginUsd / account.equity;
    if (!(share <= MOST_MARGIN)) vetoes.push(`A trade binds ${num(100 * share)} % of the equity, and ${100 * MOST_MARGIN} % is the most.`);
    else if (share > MUCH_MARGIN) doubts.push(`A trade binds ${num(100 * share)} % of the equity.`);
    const exposure = (account.exposure + notional) / account.equity;
    const most = MOST_EXPOSURE * Math.max(1, group.leverage);
    if (!(exposure <= most)) vetoes.push(`With it the exposure is ${num(exposure)} times the equity, and ${num(most)} is the most.`);
  } else doubts.push('The account is not known.');
  if (openOrders > 0) vetoes.push(`${openOrders} of the group's orders in ${situation.symbol} ${openOrders === 1 ? 'is' : 'are'} still under way.`);
  const atr = indicator(situation, 'atr14');
  const volatility = atr === null || price === null ? null : atr / price;
  if (volatility === null) doubts.push('The volatility is not known.');
  else if (volatility > WILD) vetoes.push(`ATR is ${num(100 * volatility)} % of the price, and ${100 * WILD} % is the most.`);
  else if (volatility > RESTLESS) doubts.push(`ATR is ${num(100 * volatility)} % of the price.`);

  const failed = (held ?? []).find(({ pnlPercentage }) => pnlPercentage <= WORST_PNL);
  if (failed) {
    return { ...against(vetoes, doubts), signal: failed.side === 'LONG' ? 'SELL' : 'BUY', confidence: 0.9,
      reasoning: [`The ${failed.side} position has lost ${num(-failed.pnlPercentage)} % of what it binds: it should be closed.`, ...vetoes, ...doubts] };
  }
  if (vetoes.length + doubts.length === 0) return abstains(RULES, `Nothing speaks against a trade${volatility === null ? '' : `; ATR is ${num(100 * volatility)} % of the price`}.`);
  return { ...against(vetoes, doubts), signal: 'HOLD', confidence: vetoes.length > 0 ? 0.9 : 0.5, reasoning: [...vetoes, ...doubts] };
}

const against = (vetoes: readonly string[], doubts: readonly string[]) => ({
  source: RULES, ...(vetoes.length > 0 && { veto: true }), ...(doubts.length > 0 && { factor: rounded(0.85 ** doubts.length) }),
});
