import type { CycleDecision, TradingDecision } from 'conclave/client';

export type { AssetItem, AssetState as AssetBoard, ListedApproval as Approval } from 'conclave/client';

export type TradingState = 'ACTIVE' | 'REDUCING' | 'HALTED';

/** An item of `GET /api/accounts`; shares of `limits` are null where none is set. */
export interface Account {
  readonly account_id: string;
  readonly broker: string;
  readonly mode: string;
  readonly currency: string;
  readonly initial_balance: number;
  readonly total_balance: number;
  readonly wallet_balance: number;
  readonly available_balance: number;
  readonly unrealized_pnl: number;
  /** 0 to 100 */
  readonly used_percentage: number;
  readonly peak_equity: number;
  readonly day_start_equity: number;
  readonly limits: { readonly max_daily_loss: number | null; readonly max_drawdown: number | null };
  readonly state: TradingState;
  readonly code: string | null;
  readonly reason: string | null;
}

export interface Position {
  readonly account_id: string;
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly quantity: number;
  readonly entry_price: number;
  readonly mark_price: number;
  readonly unrealized_pnl: number;
  readonly leverage: number;
  readonly opened_at?: string;
}

export interface StateOf {
  readonly state: TradingState;
  readonly code: string | null;
  readonly reason: string | null;
  readonly by: string | null;
  readonly since: string | null;
}

/** `GET /api/trading/state` */
export interface TradingStates extends StateOf {
  readonly accounts: readonly (StateOf & { readonly account_id: string })[];
}

/** A row of the leaderboard. Figures are null where the account is not traded here. */
export interface Agent {
  readonly agent_id: string;
  readonly name: string;
  readonly model: string;
  readonly why: string | null;
  readonly decided_by: string;
  readonly is_running: boolean;
  readonly paused: boolean;
  readonly reason: string | null;
  readonly error: string | null;
  readonly cycle_count: number;
  readonly last_decision_time: string | null;
  readonly interval_s: number;
  readonly symbols: readonly string[];
  readonly state: TradingState | null;
  readonly rank?: number;
  readonly total_balance: number | null;
  readonly pnl: number | null;
  /** Percent. */
  readonly return_pct: number | null;
  /** 0 to 1, as `max_drawdown`. */
  readonly win_rate: number | null;
  readonly trades: number | null;
  readonly max_drawdown: number | null;
  readonly account_id?: string;
  readonly leverage?: number;
}

export interface Gate {
  readonly code: string;
  readonly detail: unknown;
}

/** An item of `GET /api/agents/:id/decisions`. */
export interface Cycle {
  readonly cycle: number;
  readonly timestamp: string;
  readonly status: string;
  readonly decided_by: string;
  readonly ai_reasoning: string;
  readonly decisions: readonly CycleDecision[];
  readonly error: string | null;
}

export interface EquityPoint {
  readonly timestamp: string;
  readonly total_balance: number;
}

export interface Trade {
  readonly trade_id: string;
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly quantity: number;
  readonly entry_price: number;
  readonly exit_price: number;
  readonly pnl: number;
  readonly fees: number;
  readonly opened_at: string;
  readonly closed_at: string;
  readonly liquidated: boolean;
  readonly opened_by: string;
  readonly closed_by: string;
}

export interface Order {
  readonly order_id: string;
  readonly decision_id: string;
  readonly account_id: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly order_type: string;
  readonly limit_price: number | null;
  readonly stop_price: number | null;
  readonly reduce_only: boolean;
  readonly role: string;
  readonly status: string;
  readonly filled_quantity: number;
  readonly average_price: number | null;
  readonly fees: number;
  readonly reason: string | null;
  readonly timestamp: string;
}

interface Fill {
  readonly execution_id: string;
  readonly quantity: number;
  readonly price: number;
  readonly fee: number;
  readonly realised: number;
  readonly liquidation: boolean;
  readonly timestamp: string;
}

export interface OrderDetail extends Order {
  readonly fills: readonly Fill[];
  readonly decision: Decision | null;
}

export interface Decision extends Omit<TradingDecision, 'intent'> {
  /** null: it could not be sized. */
  readonly intent: (TradingDecision['intent'] & { readonly leverage?: number; readonly target_price?: number; readonly stop_loss?: number }) | null;
  readonly approval_id?: string;
  readonly origin?: string;
  readonly origin_id?: string;
  readonly confidence?: number | null;
  readonly reason?: string;
}
