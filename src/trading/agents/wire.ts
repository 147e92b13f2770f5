import type { Decimal } from '../../model/decimal.js';
import { sign, type PositionSide } from '../../model/trading.js';
import { pnlPercentage, usedPercentage } from '../portfolio/book.js';
import type { AccountView, FilledOrder } from '../trading.js';

/** An agent's room: `decision`, `trade_executed` and `agent_status` are logged there. */
export const agentRoom = (agentId: string): string => `agent:${agentId}`;

const money = (value: Decimal): number => value.toNumber();
export const iso = (time: number): string => new Date(time).toISOString();

/** `account_update`'s data; not logged. Money in the account's currency, `used_percentage` 0 to 100. */
export const accountUpdate = ({ totals }: Pick<AccountView, 'totals'>): Record<string, number> => ({
  total_balance: money(totals.equity),
  available_balance: money(totals.available),
  unrealized_pnl: money(totals.unrealised),
  used_percentage: usedPercentage(totals),
});

/** `position_update`'s data; not logged. `position_amt` has no sign: `side` says it. `pnl_percentage` is without leverage. */
export const positionUpdate = ({ positions }: Pick<AccountView, 'positions'>): readonly Record<string, string | number>[] => positions.map((position) => ({
  symbol: position.symbol,
  side: position.side,
  position_amt: money(position.quantity),
  entry_price: money(position.entryPrice),
  mark_price: money(position.mark),
  unrealized_profit: money(position.unrealised),
  pnl_percentage: pnlPercentage(position, position.mark),
  leverage: position.leverage,
}));

/** `trade_executed`'s data. `side` is the position's: a sale that closes a long says `long`, and `reducing`. */
export const tradeExecuted = ({ orderId, status, execution, realised, reducing }: FilledOrder): Record<string, unknown> => ({
  order_id: orderId,
  symbol: execution.symbol,
  side: positionSide(execution.side === 'buy' ? 'long' : 'short', reducing),
  quantity: money(execution.quantity),
  price: money(execution.price),
  leverage: execution.leverage,
  status: execution.liquidation ? 'liquidated' : status,
  reducing,
  fee: money(execution.fee),
  realized_pnl: money(realised),
  timestamp: iso(execution.at),
});

/** What an agent's row and its account say of it. */
export interface AgentState {
  readonly agentId: string;
  readonly paused: boolean;
  readonly cycleCount: number;
  /** Market time, epoch milliseconds. */
  readonly lastDecisionAt: number | null;
  readonly intervalS: number;
  /** Who decides: `rules`, or the model's name. */
  readonly decidedBy: string;
  /** Of the last cycle; null where it went well. */
  readonly error: string | null;
  /** Why it is paused, or what keeps it from adding exposure. */
  readonly reason: string | null;
  /** Of its account; null where this server does not trade it. */
  readonly state: AccountView['state']['state'] | null;
}

/** `agent_status`'s data. It runs where it is not paused and its account is traded; then `state` may still forbid what adds exposure. */
export const agentStatus = ({ agentId, paused, cycleCount, lastDecisionAt, intervalS, decidedBy, error, reason, state }: AgentState): Record<string, unknown> => ({
  agent_id: agentId,
  is_running: !paused && state !== null,
  cycle_count: cycleCount,
  last_decision_time: lastDecisionAt === null ? null : iso(lastDecisionAt),
  paused,
  interval_s: intervalS,
  decided_by: decidedBy,
  state,
  ...(error !== null && { error }),
  ...(reason !== null && { reason }),
});

/** HALTED or REDUCING, and why; null while the account is ACTIVE. */
export const restriction = ({ state: { state, code, reason } }: Pick<AccountView, 'state'>): string | null =>
  (state === 'ACTIVE' ? null : [`The account is ${state}`, code && ` (${code})`, reason && `: ${reason}`].filter(Boolean).join(''));

const positionSide = (side: PositionSide, reducing: boolean): PositionSide => (sign(side) * (reducing ? -1 : 1) > 0 ? 'long' : 'short');
