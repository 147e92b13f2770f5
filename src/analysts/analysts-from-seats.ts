import type { RuleSeatConfig } from '../config/config.js';
import type { Analyst } from './analyst.js';
import { RuleAnalyst } from './rules/rule-analyst.js';
import { RULES } from './rules/rules.js';

/** The analysts of `config/analysts.yaml`, in its order. Throws where a seat names a rule that there is not. */
export const ruleAnalystsFrom = (seats: readonly RuleSeatConfig[]): readonly Analyst[] => seats.map(analystFrom);

function analystFrom(seat: RuleSeatConfig): Analyst {
  const rule = RULES.get(seat.rule);
  if (!rule) {
    throw new Error(`config/analysts.yaml: seat '${seat.id}' names the rule '${seat.rule}', which does not exist. Known rules: ${[...RULES.keys()].join(', ')}.`);
  }
  return new RuleAnalyst(seat, rule);
}
