import type { AccountEntry, AccountMode, Leg, OrderStatus, OrderType, PositionSide, Side, TimeInForce, TradingState } from '../model/trading.js';

/** Money and quantities are decimal texts; times are market time in epoch milliseconds; 0 and 1 are no and yes. */
export interface TradingSchema {
  accounts: AccountsTable;
  stored_accounts: StoredAccountsTable;
  waiting_openings: WaitingOpeningsTable;
  trading_state: TradingStateTable;
  decisions: DecisionsTable;
  orders: OrdersTable;
  fills: FillsTable;
  positions: PositionsTable;
  account_entries: AccountEntriesTable;
  closed_trades: ClosedTradesTable;
  equity_points: EquityPointsTable;
  approvals: ApprovalsTable;
  agents: AgentsTable;
  agent_cycles: AgentCyclesTable;
  reflections: ReflectionsTable;
  paper_accounts: PaperAccountsTable;
  paper_orders: PaperOrdersTable;
  paper_executions: PaperExecutionsTable;
  paper_positions: PositionsTable;
  paper_entries: AccountEntriesTable;
}

export interface AccountsTable {
  account_id: string;
  broker: string;
  mode: AccountMode;
  currency: string;
  wallet: string;
  initial: string;
  peak_equity: string;
  day: string;
  day_start_equity: string;
  /** Up to when the broker's executions are in these books. */
  settled_until: number;
}

interface StoredAccountsTable {
  account_id: string;
  /** JSON `{mode, currency, balance, maxLeverage, limits?, sizing?}`. */
  terms: string;
  /** Wall time, epoch milliseconds. */
  created_at: number;
}

/** What opens the other side once a closing has filled. */
interface WaitingOpeningsTable {
  account_id: string;
  /** Of the proposal. */
  opening_key: string;
  /** The decision that closes. */
  closed_by: string;
  /** JSON. */
  proposal: string;
  at: number;
}

export interface TradingStateTable {
  /** `all`, or an account's id. */
  scope: string;
  state: TradingState;
  code: string | null;
  reason: string | null;
  by: string | null;
  at: number;
  /** Raised by each change; whoever changes it names the one that it saw. */
  version: number;
}

export interface DecisionsTable {
  decision_id: string;
  /** What it is about, once for ever: a second one with it adds nothing. */
  decision_key: string;
  account_id: string;
  symbol: string;
  /** Who wants it: `signal`, `agent`, `strategy`, `group`, `person`. */
  origin: string;
  origin_id: string;
  signal_id: string | null;
  correlation_id: string | null;
  status: DecisionStatus;
  as_of: number;
  updated_at: number;
  order_id: string | null;
  approval_id: string | null;
  confidence: number | null;
  price: string | null;
  /** JSON; null: nothing was to be done. */
  intent: string | null;
  /** Market time at which what it opens is closed again. */
  exit_at: number | null;
  /** JSON `{code, detail, numbers}` of what refused it. */
  gate: string | null;
  reason: string;
}

export interface OrdersTable {
  order_id: string;
  decision_id: string;
  account_id: string;
  symbol: string;
  leg: Leg;
  side: Side;
  quantity: string;
  order_type: OrderType;
  limit_price: string | null;
  stop_price: string | null;
  trail: string | null;
  time_in_force: TimeInForce;
  reduce_only: number;
  leverage: number;
  /** `entry`, `target`, `stop`, `exit`, `flatten`. */
  role: string;
  pair: string | null;
  status: OrderStatus;
  broker_order_id: string | null;
  filled_quantity: string;
  average_price: string | null;
  fees: string;
  reason: string | null;
  /** JSON `{target, stop}` to be placed once this is filled. */
  exits: string | null;
  expires_at: number | null;
  at: number;
  updated_at: number;
}

export interface FillsTable {
  account_id: string;
  execution_id: string;
  order_id: string | null;
  decision_id: string | null;
  symbol: string;
  leg: Leg;
  side: Side;
  quantity: string;
  price: string;
  fee: string;
  realised: string;
  leverage: number;
  liquidation: number;
  at: number;
}

export interface PositionsTable {
  account_id: string;
  symbol: string;
  leg: Leg;
  side: PositionSide;
  quantity: string;
  entry_price: string;
  leverage: number;
  opened_at: number;
  /** JSON, for the trade that its end makes. */
  history: string;
  /** JSON: how it is to end. Of our side only. */
  plan?: string | null;
}

interface AccountEntriesTable {
  account_id: string;
  entry_id: string;
  kind: AccountEntry['kind'];
  amount: string;
  symbol: string | null;
  at: number;
}

export interface ClosedTradesTable {
  trade_id: string;
  account_id: string;
  symbol: string;
  leg: Leg;
  side: PositionSide;
  quantity: string;
  entry_price: string;
  exit_price: string;
  pnl: string;
  fees: string;
  leverage: number;
  opened_at: number;
  closed_at: number;
  liquidated: number;
  opened_by: string | null;
  closed_by: string | null;
}

interface EquityPointsTable {
  account_id: string;
  at: number;
  equity: string;
  available: string;
  unrealised: string;
}

export interface ApprovalsTable {
  approval_id: string;
  decision_id: string;
  account_id: string;
  symbol: string;
  /** JSON; null: nothing was to be done. */
  intent: string;
  hash: string;
  price: string;
  max_drift: number;
  asked_at: number;
  expires_at: number;
  needed: number;
  /** JSON `[{by, at}]`. */
  given: string;
  status: ApprovalStatus;
  note: string | null;
  decided_by: string | null;
  updated_at: number;
  /** Raised by each change; whoever changes it names the one that it saw. */
  version: number;
}

export interface AgentsTable {
  agent_id: string;
  account_id: string;
  paused: number;
  pause_reason: string | null;
  interval_s: number;
  cycle_count: number;
  last_cycle_at: number | null;
  last_decision_at: number | null;
  last_error: string | null;
}

export interface AgentCyclesTable {
  agent_id: string;
  cycle: number;
  as_of: number;
  status: string;
  decided_by: string;
  reasoning: string;
  decisions: string;
  inputs: string | null;
  error: string | null;
}

export interface ReflectionsTable {
  reflection_id: string;
  account_id: string;
  agent_id: string | null;
  symbol: string;
  trade_id: string;
  source: string;
  thought: string;
  happened: string;
  change: string;
  outcome_return: number;
  at: number;
}

interface PaperAccountsTable {
  account_id: string;
  mode: AccountMode;
  wallet: string;
  at: number;
}

interface PaperOrdersTable {
  account_id: string;
  client_order_id: string;
  broker_order_id: string;
  status: string;
  ticket: string;
  filled_quantity: string;
  average_price: string | null;
  reason: string | null;
  state: string;
  at: number;
}

interface PaperExecutionsTable {
  account_id: string;
  execution_id: string;
  client_order_id: string | null;
  body: string;
  at: number;
}

export const DECISION_STATUSES = ['refused', 'waiting_approval', 'submitted', 'partially_filled', 'filled', 'expired', 'cancelled', 'rejected'] as const;
export type DecisionStatus = (typeof DECISION_STATUSES)[number];
/** `done`: given by all who are needed, and handed on. */
export const APPROVAL_STATUSES = ['waiting', 'approved', 'rejected', 'expired', 'drifted', 'refused', 'done'] as const;
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];
