import type { Decimal } from '../../model/decimal.js';
import { worths, sum } from './exposure-after.js';
import { PASS, refuse, type GateCode, type GateResult, type RiskGate, type RiskInput } from './gate.js';

function within(code: GateCode, what: string, worth: Decimal, { equity }: RiskInput, limit: number): GateResult {
  const most = equity.times(limit);
  return worth.lte(most) ? PASS : refuse(code, `${what} would come to ${worth.toFixed(2)}, and at most ${most.toFixed(2)} (${limit} of the equity) is allowed: take a smaller size`, {
    worth: worth.toFixed(2), limit: most.toFixed(2), share: limit,
  });
}

export const maxPosition: RiskGate = (input, { maxPosition: limit }) =>
  within('MAX_POSITION', `The position in ${input.intent.symbol}`, sum(worths(input, true).filter(({ symbol }) => symbol === input.intent.symbol)), input, limit);

export const maxExposure: RiskGate = (input, { maxExposure: limit }) =>
  within('MAX_EXPOSURE', 'All positions together', sum(worths(input, true)), input, limit);

export const maxConcentration: RiskGate = (input, { maxConcentration: limit }) =>
  within('MAX_CONCENTRATION', `All that is in ${input.underlying}`, sum(worths(input, true).filter(({ underlying }) => underlying === input.underlying)), input, limit);
