import type { AgentConfig } from '../../config/config.js';
import type { AgentPerformance } from '../../model/wire/trading.js';
import type { AgentCyclesTable, ClosedTradesTable } from '../../storage/trading-schema.js';
import type { EquityPoint } from '../portfolio/equity-points.js';
import type { AccountView } from '../trading.js';
import { accountUpdate, agentStatus, iso, positionUpdate, type AgentState } from './wire.js';

type Wire = Record<string, unknown>;

/** A row of the leaderboard, without its rank. Figures are null where this server does not trade the account. */
export const agentRow = ({ id, name, symbols, model, why }: AgentConfig, state: AgentState, account: AccountView | null, performance: AgentPerformance | null): Wire => ({
  name, symbols,
  ...agentStatus(state),
  agent_id: id,
  model: model?.model ?? 'rules',
  why,
  reason: state.reason,
  error: state.error,
  total_balance: account?.totals.equity.toNumber() ?? null,
  pnl: performance?.total_pnl ?? null,
  return_pct: performance?.return_pct ?? null,
  win_rate: performance?.win_rate ?? null,
  trades: performance?.total_trades ?? null,
  max_drawdown: performance?.max_drawdown ?? null,
});

/** By return, the best first; those without one last. */
export const ranked = (rows: readonly Wire[]): readonly Wire[] => {
  const value = ({ return_pct: pct }: Wire): number => (typeof pct === 'number' ? pct : Number.NEGATIVE_INFINITY);
  return [...rows].sort((a, b) => value(b) - value(a) || (String(a['agent_id']) < String(b['agent_id']) ? -1 : 1)).map((row, at) => ({ ...row, rank: at + 1 }));
};

export const accountOnWire = (account: AccountView): Wire => ({
  account_id: account.accountId, broker: account.broker, mode: account.mode, currency: account.currency,
  ...accountUpdate(account),
  wallet_balance: account.totals.wallet.toNumber(), initial_balance: account.initial.toNumber(), used_balance: account.totals.used.toNumber(),
  peak_equity: account.peakEquity.toNumber(), day_start_equity: account.dayStartEquity.toNumber(),
  state: account.state.state, state_code: account.state.code, state_reason: account.state.reason,
});

export const positionsOnWire = (account: AccountView): readonly Wire[] => positionUpdate(account).map((position, at) => ({ ...position, opened_at: iso(account.positions[at]!.openedAt) }));

export const cycleOnWire = ({ agent_id: agentId, cycle, as_of: asOf, status, decided_by: decidedBy, reasoning, decisions, error }: AgentCyclesTable): Wire => ({
  cycle, agent_id: agentId, timestamp: iso(asOf), status, decided_by: decidedBy, ai_reasoning: reasoning, decisions: JSON.parse(decisions) as unknown, error,
});

export const equityOnWire = ({ at, equity, available, unrealised }: EquityPoint): Wire => ({
  timestamp: iso(at), total_balance: equity, available_balance: available, unrealized_pnl: unrealised,
});

export const tradeOnWire = (row: ClosedTradesTable): Wire => ({
  trade_id: row.trade_id, symbol: row.symbol, side: row.side, quantity: Number(row.quantity), entry_price: Number(row.entry_price), exit_price: Number(row.exit_price),
  pnl: Number(row.pnl), fees: Number(row.fees), leverage: row.leverage, opened_at: iso(row.opened_at), closed_at: iso(row.closed_at), liquidated: row.liquidated === 1,
  opened_by: row.opened_by, closed_by: row.closed_by,
});
