import { PASS, refuse, type RiskGate } from './gate.js';

/**
 * FINRA rule 4210: more than three day trades within five sessions need 25,000 USD. Asked of what opens: once they are used up
 * nothing is opened that could not be closed the same day. Closing always passes.
 */
export const dayTradeRule: RiskGate = ({ instrument, equity, dayTrades: { count } }, { dayTradeRule: rule }) => {
  if (rule === null || instrument.hours !== 'us_equity' || equity.gte(rule.minEquity)) return PASS;
  return count < rule.maxDayTrades ? PASS : refuse('DAY_TRADE_RULE', `${count} day trades in ${rule.sessions} sessions: another position needs ${rule.minEquity}, and the equity is ${equity.toFixed(2)}`, {
    day_trades: count, limit: rule.maxDayTrades, equity: equity.toFixed(2), needed: rule.minEquity,
  });
};
