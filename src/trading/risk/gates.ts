import { ability, lot, minNotional } from './ability.js';
import { priceBand } from './band.js';
import { buyingPower } from './buying-power.js';
import { enoughConfidence } from './confidence.js';
import { dayTradeRule } from './day-trade-rule.js';
import { notDuplicate } from './duplicate.js';
import { isReducing } from './exposure-after.js';
import { PASS, type GateResult, type RiskGate, type RiskInput, type RiskLimits } from './gate.js';
import { marketHours } from './hours.js';
import { dailyLoss, drawdown } from './losses.js';
import { maxConcentration, maxExposure, maxPosition } from './position.js';
import { orderRate } from './rate.js';
import { goodShape } from './shape.js';
import { freshPrice } from './stale.js';
import { stateAllows } from './state.js';

/** For every intent. */
const ALWAYS: readonly RiskGate[] = [notDuplicate, marketHours, freshPrice, priceBand];
/** A reducing intent passes these by: a gate must never trap a losing position. */
const ADDING: readonly RiskGate[] = [
  ability, lot, minNotional, buyingPower, maxPosition, maxExposure, maxConcentration, dailyLoss, drawdown, orderRate, dayTradeRule, enoughConfidence,
];

/** Every gate in its order; the first refusal is the answer. */
export function checkIntent(input: RiskInput, limits: RiskLimits): GateResult {
  const shape = goodShape(input, limits);
  if (!shape.pass) return shape;
  const reducing = isReducing(input);
  const allowed = stateAllows(input, reducing);
  if (!allowed.pass) return allowed;
  for (const gate of reducing ? [...ALWAYS, lot] : [...ALWAYS, ...ADDING]) {
    const result = gate(input, limits);
    if (!result.pass) return result;
  }
  return PASS;
}

export { isReducing };
