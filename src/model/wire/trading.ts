import type { Interval } from '../interval.js';
import type { PositionSide, TradingState } from '../trading.js';

/** `GET /api/agents/:id/performance`; null: not defined (nothing to divide by, too little to tell). Money in the account's currency. */
export interface AgentPerformance {
  /** Equity now less what it began with: with what is unrealised. */
  readonly total_pnl: number;
  /** `total_pnl` over what it began with, in percent. */
  readonly return_pct: number | null;
  /** Σ of closed trades, after fees. */
  readonly realized_pnl: number;
  readonly total_trades: number;
  /** What neither won nor lost counts in the trades alone. */
  readonly winning_trades: number;
  readonly losing_trades: number;
  /** 0 to 1. */
  readonly win_rate: number | null;
  /** Gross profit over gross loss. */
  readonly profit_factor: number | null;
  readonly average_win: number | null;
  /** Below zero. */
  readonly average_loss: number | null;
  /**
   * Of the year: mean over standard deviation (n − 1) of hourly returns of the equity, times √8760: a market that is always
   * open, and no interest. null under two returns, or where they do not differ.
   */
  readonly sharpe_ratio: number | null;
  /** Hourly returns that it rests on. */
  readonly sharpe_samples: number;
  /** Largest fall from a peak (the first is what it began with), as a share of it. */
  readonly max_drawdown: number;
  /** Trades in a row: wins above zero, losses below. */
  readonly current_streak: number;
  readonly longest_winning_streak: number;
  readonly longest_losing_streak: number;
}

/** A decision as rows and messages have it: the seed's five fields, and what became of it. */
export interface CycleDecision {
  readonly action: string;
  readonly symbol: string;
  /** Base units that were ordered; 0: none. */
  readonly quantity: number;
  readonly leverage: number;
  readonly reason: string;
  readonly confidence: number | null;
  readonly target_price: number | null;
  readonly stop_loss: number | null;
  /** Of the decision at the desk; `failed`: it did not get there; null: nothing was to be done. */
  readonly status: string | null;
  readonly decision_id?: string;
  readonly order_id?: string;
  readonly gate?: { readonly code: string; readonly detail: string };
  readonly error?: string;
}

export interface AssetPosition {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly quantity: number;
  readonly entry_price: number;
  readonly mark_price: number;
  readonly unrealized_pnl: number;
  /** Market time. */
  readonly opened_at: string;
}

interface AssetAction {
  readonly timestamp: string;
  readonly action: string;
  readonly message: string;
}

/** A row of `GET /api/assets`. */
export interface AssetItem {
  readonly symbol: string;
  /** Its room is `agent:{agent_id}`. */
  readonly agent_id: string;
  readonly name: string;
  readonly paused: boolean;
  readonly interval: number;
  /** null before the first. */
  readonly price: number | null;
  readonly source: string;
  /** null: flat. */
  readonly position: AssetPosition | null;
  /** null: the node that trades it has not been heard of yet. */
  readonly total_pnl: number | null;
  readonly last_action: AssetAction | null;
}

/** The body of `/ws`'s state message and of `GET /api/assets/:symbol/dashboard`. */
export interface AssetState {
  readonly asset: string;
  /** Of the account, as an agent's performance; null where there is too little. `win_rate` and `drawdown` in percent. */
  readonly stats: {
    readonly total_pnl: number; readonly win_rate: number | null; readonly sharpe_ratio: number | null; readonly drawdown: number | null;
    readonly total_trades: number; readonly average_win: number | null; readonly average_loss: number | null;
  };
  readonly chart: { readonly interval: Interval; readonly labels: readonly string[]; readonly prices: readonly number[]; readonly volumes: readonly number[] };
  readonly positions: readonly AssetPosition[];
  /** Newest first. */
  readonly feed: readonly AssetAction[];
  /** What was thought and what happened in the last closed trade; null before the first. */
  readonly reflection: string | null;
  /** What the last closed trades say is to be changed, newest first, a line each; null before the first. */
  readonly improvements: string | null;
  readonly paused: boolean;
  /** Seconds between two cycles. */
  readonly interval: number;
  readonly source: string;
  readonly trading_state: TradingState;
  /** Why it is not ACTIVE, or paused. */
  readonly reason: string | null;
  /** Market time. */
  readonly timestamp: string;
}
