import type { RunnerMember } from '../heard.js';
import { abstains, RULES, type MemberOpinion } from '../opinion.js';
import type { Situation } from '../situation.js';
import { experience } from './experience.js';
import { news } from './news.js';
import { risk } from './risk.js';
import { technical } from './technical.js';

const RULES_OF: Readonly<Record<string, (situation: Situation) => MemberOpinion>> = {
  technical_analyst: technical, news_analyst: news, risk_analyst: risk, experience_retriever: experience,
};

export const hasRule = (role: string): boolean => Object.hasOwn(RULES_OF, role);

/** A member's opinion without a model. */
export const byRule = ({ role }: RunnerMember, situation: Situation): MemberOpinion =>
  (hasRule(role) ? RULES_OF[role]!(situation) : abstains(RULES, `There is no rule for the role ${role}: it needs a model.`));
