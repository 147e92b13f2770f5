import { PASS, refuse, type RiskGate } from './gate.js';

export const enoughConfidence: RiskGate = ({ confidence, needsConfidence }, { minConfidence }) => {
  if (!needsConfidence) return PASS;
  return confidence !== null && confidence >= minConfidence && confidence <= 1 ? PASS : refuse('MIN_CONFIDENCE', `The confidence is ${confidence === null ? 'unknown' : Math.round(confidence * 1e4) / 1e4}, and at least ${minConfidence} is needed`, { confidence: confidence ?? 'unknown', limit: minConfidence });
};
