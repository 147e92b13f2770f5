import { brokenLimit } from './breaker.js';
import { PASS, refuse, type RiskGate } from './gate.js';

/** Nothing is added once the day has lost this much. */
export const dailyLoss: RiskGate = ({ equity, dayStartEquity, peakEquity }, limits) => {
  const broken = brokenLimit({ equity, dayStartEquity, peakEquity: peakEquity }, { ...limits, maxDrawdown: Number.POSITIVE_INFINITY });
  return broken ? refuse('MAX_DAILY_LOSS', broken.detail, broken.numbers) : PASS;
};

export const drawdown: RiskGate = ({ equity, dayStartEquity, peakEquity }, limits) => {
  const broken = brokenLimit({ equity, dayStartEquity, peakEquity }, { ...limits, maxDailyLoss: Number.POSITIVE_INFINITY });
  return broken ? refuse('MAX_DRAWDOWN', broken.detail, broken.numbers) : PASS;
};
