import { PASS, refuse, type RiskGate } from './gate.js';

export const enoughConfidence: RiskGate = ({ confidence, needsConfidence }, { minConfidence }) => {
  if (!needsConfidence) return PASS;
  return confidence !== null && confidence >= minConfidence && confidence <= 1 ? PASS : refuse('MIN_CONFIDENCE', `The confidence is ${confidence ?? 'unknown'}, and at least ${minConfidence} is needed`, { confidence: confidence ?? 'unknown', limit: minConfidence });
};
