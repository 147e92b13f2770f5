import { PASS, refuse, type GateResult, type RiskInput } from './gate.js';

/** REDUCING and HALTED pass what reduces, and nothing else. */
export const stateAllows = ({ state }: RiskInput, reducing: boolean): GateResult => {
  if (state === 'ACTIVE' || reducing) return PASS;
  if (state === 'REDUCING') return refuse('STATE_REDUCING', 'Trading is REDUCING: only what reduces a position passes', { state });
  return refuse('STATE_HALTED', 'Trading is HALTED: only what reduces a position passes, until a person sets it ACTIVE', { state });
};
