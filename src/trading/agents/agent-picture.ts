import type { Position } from '../../model/trading.js';
import { pnlPercentage, usedPercentage } from '../portfolio/book.js';
import type { AccountView, MarkedPosition } from '../trading.js';
import type { AgentStatus } from './agent-control.js';

export interface PicturedPosition {
  readonly symbol: string;
  readonly side: Position['side'];
  readonly quantity: number;
  readonly entry_price: number;
  readonly mark_price: number;
  readonly unrealized_pnl: number;
  readonly pnl_percentage: number;
  readonly leverage: number;
  /** ISO-8601, market time. */
  readonly opened_at: string;
}

/** An agent and its account as they are now, in the wire's numbers: what nodes tell each other, and edges show. */
export interface AgentPicture {
  readonly status: AgentStatus;
  readonly currency: string;
  /** What the account began with. */
  readonly initial: number;
  readonly equity: number;
  readonly available: number;
  readonly unrealised: number;
  /** 0 to 100 */
  readonly used: number;
  readonly positions: readonly PicturedPosition[];
  readonly state: AccountView['state'];
}

export const pictureOf = (status: AgentStatus, account: AccountView): AgentPicture => ({
  status,
  currency: account.currency,
  initial: account.initial.toNumber(),
  equity: account.totals.equity.toNumber(),
  available: account.totals.available.toNumber(),
  unrealised: account.totals.unrealised.toNumber(),
  used: usedPercentage(account.totals),
  positions: account.positions.map(picturedPosition),
  state: account.state,
});

const picturedPosition = (position: MarkedPosition): PicturedPosition => ({
  symbol: position.symbol, side: position.side, quantity: position.quantity.toNumber(), entry_price: position.entryPrice.toNumber(),
  mark_price: position.mark.toNumber(), unrealized_pnl: position.unrealised.toNumber(), pnl_percentage: pnlPercentage(position, position.mark),
  leverage: position.leverage, opened_at: new Date(position.openedAt).toISOString(),
});

/** `account_update`'s data. */
export const accountUpdate = ({ equity, available, unrealised, used }: AgentPicture): Record<string, number> =>
  ({ total_balance: equity, available_balance: available, unrealized_pnl: unrealised, used_percentage: used });

/** `position_update`'s data: all open positions; the amount is above zero, its direction is the side. */
export const positionUpdate = ({ positions }: AgentPicture): readonly Record<string, unknown>[] => positions.map((position) => ({
  symbol: position.symbol, side: position.side, position_amt: position.quantity, entry_price: position.entry_price, mark_price: position.mark_price,
  unrealized_profit: position.unrealized_pnl, pnl_percentage: position.pnl_percentage, leverage: position.leverage,
}));

/** `agent_status`'s data. */
export const agentStatus = ({ status, state }: AgentPicture): Record<string, unknown> => ({
  agent_id: status.agentId, is_running: status.running, cycle_count: status.cycleCount,
  last_decision_time: status.lastDecisionAt === null ? null : new Date(status.lastDecisionAt).toISOString(),
  paused: status.paused, interval_s: status.intervalS, decided_by: status.decidedBy, state: state.state,
  ...(status.lastError !== null && { error: status.lastError }),
  ...((status.pauseReason ?? state.reason) !== null && { reason: status.pauseReason ?? state.reason }),
});
