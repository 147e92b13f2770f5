import { PASS, refuse, type RiskGate } from './gate.js';

const MINUTE = 60_000;

export const orderRate: RiskGate = ({ orderTimes, now }, { ordersPerMinute }) => {
  const recent = orderTimes.filter((at) => at > now - MINUTE).length;
  return recent < ordersPerMinute ? PASS : refuse('ORDER_RATE', `${recent} orders were sent within a minute, and the limit is ${ordersPerMinute}: wait`, { orders: recent, limit: ordersPerMinute });
};
