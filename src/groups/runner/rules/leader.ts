import { num } from '../../../analysts/rules/words.js';
import type { RunnerMember } from '../heard.js';
import { noTrade, RULES, type Decision, type MemberOpinion } from '../opinion.js';
import type { HeldSide, Situation } from '../situation.js';
import { rounded } from './technical.js';

/** What a role's vote is worth; 0.8 of one's own. Anyone can write a headline, so news is worth less. */
const WEIGHTS: Readonly<Record<string, number>> = { technical_analyst: 1, news_analyst: 0.6, risk_analyst: 0.8, experience_retriever: 0.6 };
const OWN_ROLE = 0.8;
/** Support (−1 to 1) from which a side is opened, a position against it closed, and one turned around. */
const OPEN = 0.35;
const CLOSE = 0.25;
const TURN = 0.7;

export interface Voice {
  readonly member: Pick<RunnerMember, 'role' | 'name'>;
  readonly opinion: MemberOpinion;
}

/** A weighted vote: BUY and SELL against each other, HOLD dilutes, who abstains is left out; factors scale the confidence. */
export function leader(situation: Situation, voices: readonly Voice[]): Decision {
  const votes = voices.filter(({ opinion }) => opinion.signal !== 'ABSTAIN').map(({ member, opinion }) => ({
    weight: WEIGHTS[member.role] ?? OWN_ROLE, confidence: opinion.confidence, direction: opinion.signal === 'BUY' ? 1 : opinion.signal === 'SELL' ? -1 : 0,
  }));
  const sided = votes.filter(({ direction }) => direction !== 0);
  if (sided.length === 0) return noTrade(RULES, votes.length === 0 ? 'Nobody has an opinion.' : 'Nobody sees a side.');
  const total = sum(votes.map(({ weight }) => weight));
  const support = sum(sided.map(({ weight, confidence, direction }) => weight * confidence * direction)) / total;
  const up = support >= 0 ? 1 : -1;
  const agreeing = sided.filter(({ direction }) => direction === up);
  const mean = sum(agreeing.map(({ weight, confidence }) => weight * confidence)) / sum(agreeing.map(({ weight }) => weight));
  const factor = voices.reduce((product, { opinion }) => product * (opinion.factor ?? 1), 1);
  const confidence = rounded(Math.max(0, Math.min(0.95, mean * factor)));
  const [side, against]: [HeldSide, HeldSide] = up > 0 ? ['LONG', 'SHORT'] : ['SHORT', 'LONG'];
  const reasoning = [`Support is ${num(support)} on a scale of −1 to 1, from ${votes.length} of ${voices.length} members${factor === 1 ? '' : `; what is known of risk and past scales the confidence by ${num(factor)}`}.`];
  const decided = (action: Decision['action'], why: string, closes: HeldSide | null = null): Decision =>
    ({ action, confidence: closes ? rounded(mean) : confidence, targetPrice: null, stopLoss: null, closes, reasoning: [...reasoning, why], source: RULES });

  const held = situation.held ?? [];
  if (held.some((position) => position.side === against)) {
    if (Math.abs(support) >= TURN && situation.group.positionMode === 'oneway') return decided(side, `That is enough to turn the ${against} position around.`);
    return Math.abs(support) >= CLOSE ? decided('CLOSE', `The ${against} position has it against it.`, against) : decided('NO_TRADE', `The ${against} position stays: ${CLOSE} would close it.`);
  }
  if (Math.abs(support) < OPEN) return decided('NO_TRADE', `${OPEN} is needed to open.`);
  if (held.some((position) => position.side === side)) return decided('NO_TRADE', `There is a ${side} position already.`);
  return decided(up > 0 ? 'BUY' : 'SELL', `That is enough to open ${side}.`);
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
