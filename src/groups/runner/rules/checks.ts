import { money, num } from '../../../analysts/rules/words.js';
import { opens, type Decision } from '../opinion.js';
import type { Situation } from '../situation.js';
import type { Voice } from './leader.js';
import { withLevels } from './levels.js';

/** Below it nothing is opened, whoever decided. */
const LEAST_CONFIDENCE = 0.6;

/** What a decision, a model's too, is held to before it is sent: reasons against it make it NO_TRADE or CLOSE. Closing is never kept back. */
export function checked(decision: Decision, situation: Situation, voices: readonly Voice[]): Decision {
  const { held, account, price, openOrders } = situation;
  const instead = (action: 'NO_TRADE' | 'CLOSE', why: string): Decision =>
    ({ ...decision, action, targetPrice: null, stopLoss: null, closes: action === 'CLOSE' ? 'LONG' : null, reasoning: [...decision.reasoning, why] });
  if (decision.action === 'CLOSE') return held?.length === 0 ? instead('NO_TRADE', 'There is no position to close.') : withLevels(decision, situation);
  const side = opens(decision.action);
  if (side === null) return withLevels(decision, situation);
  if (side === 'SHORT' && account?.mode === 'spot') {
    return held?.some((position) => position.side === 'LONG') ? instead('CLOSE', 'The account cannot be short: the position is closed.') : instead('NO_TRADE', 'The account cannot be short.');
  }
  const veto = voices.find(({ member, opinion }) => member.role === 'risk_analyst' && opinion.veto === true);
  if (veto) return instead('NO_TRADE', `${veto.member.name} vetoes it.`);
  if (openOrders > 0) return instead('NO_TRADE', 'An order of the group is still under way.');
  if (!(decision.confidence >= LEAST_CONFIDENCE)) return instead('NO_TRADE', `A confidence of ${num(decision.confidence)} is too little: ${LEAST_CONFIDENCE} is needed to open.`);
  if (price === null) return instead('NO_TRADE', 'There is no price.');
  const done = withLevels(decision, situation);
  if (done.stopLoss === null) return instead('NO_TRADE', `There is no stop at a price of ${money(price)}: the volatility is not known.`);
  return done;
}
