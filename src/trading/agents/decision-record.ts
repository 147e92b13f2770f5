import type { CycleDecision } from '../../model/wire/trading.js';
import type { Decision } from '../trading.js';
import type { AgentDecision, CycleInputs, Stances } from './decider.js';

/** What became of a decision: it was proposed, or could not be; null: there was nothing to propose. */
export type Followed = { readonly proposed: Decision } | { readonly failed: string } | null;

export function decisionRecord({ action, symbol, leverage, reason, confidence, target, stop }: AgentDecision, followed: Followed): CycleDecision {
  const said = { action, symbol, quantity: 0, leverage, reason, confidence, target_price: target, stop_loss: stop };
  if (followed === null) return { ...said, status: null };
  if ('failed' in followed) return { ...said, status: 'failed', error: followed.failed };
  const { decisionId, intent, status, gate, orderId } = followed.proposed;
  return {
    ...said, quantity: intent?.quantity.toNumber() ?? 0, leverage: intent?.leverage ?? leverage, status, decision_id: decisionId,
    ...(orderId !== null && { order_id: orderId }), ...(gate && { gate: { code: gate.code, detail: gate.detail } }),
  };
}

/** Refusals that say nothing against the decision itself: a rule may want the same again. */
const PASSING: ReadonlySet<string> = new Set(['STATE_HALTED', 'STATE_REDUCING', 'MARKET_CLOSED', 'PRICE_STALE', 'PRICE_BAND', 'ORDER_RATE']);

/** Where rules stand after it: a stance whose opening did not come about has not begun. */
export const stancesAfter = (decided: Stances, before: Stances, opened: readonly { readonly wanted: AgentDecision; readonly done: AgentDecision; readonly followed: Followed }[]): Stances => {
  const after: Record<string, number> = { ...decided };
  for (const { wanted: { action, symbol }, done, followed } of opened) {
    if (action !== 'open_long' && action !== 'open_short') continue;
    const begun = done.action === action && followed !== null && 'proposed' in followed && !(followed.proposed.gate && PASSING.has(followed.proposed.gate.code));
    if (!begun) after[symbol] = before[symbol] ?? 0;
  }
  return after;
};

/** What the cycle's row keeps of what it saw. */
export const inputsRecord = ({ account, symbols, lessons }: CycleInputs, stances: Stances): Record<string, unknown> => ({
  stances,
  equity: account.totals.equity.toString(),
  available: account.totals.available.toString(),
  positions: account.positions.map(({ symbol, side, quantity, entryPrice }) => ({ symbol, side, quantity: quantity.toString(), entry_price: entryPrice.toString() })),
  symbols: symbols.map(({ instrument, interval, price, candles, indicators, signal }) => ({
    symbol: instrument.symbol, interval, price, candle: candles.at(-1)?.time ?? null,
    ema12: indicators?.ema12 ?? null, ema26: indicators?.ema26 ?? null, rsi14: indicators?.rsi14 ?? null, atr14: indicators?.atr14 ?? null,
    panel: signal && { action: signal.action, confidence: signal.confidence, timestamp: signal.at },
  })),
  lessons: lessons.length,
});
