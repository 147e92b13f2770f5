import type { AbstainReason, Action, Stance } from '../model/opinion.js';
import type { Scope } from '../model/scope.js';
import type { Depth, Trigger } from '../model/trigger.js';
import type { Strength } from '../model/verdict.js';
import type { GroupMessages, GroupsUpdate } from '../model/wire/groups.js';
import type { CycleDecision } from '../model/wire/trading.js';

/** Where a client stands in a room: the log's name and the last offset seen (0 = before the first). */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/** First message of every connection. */
export interface Welcome {
  readonly connection_id: string;
  /** Present it again (`clientId`) to keep an anonymous client's own room. */
  readonly client_id: string;
  readonly server_time: string;
  readonly heartbeat_interval: number;
  readonly limits: Readonly<Record<string, unknown>>;
  readonly feed: unknown;
  readonly version: string;
}

/** One analyst's opinion, the moment it has one. */
export interface AgentUpdate {
  readonly symbol: string;
  readonly agent: string;
  readonly agent_id: string;
  readonly signal: Stance;
  /** 0 to 1; 0 when abstaining. */
  readonly confidence: number;
  readonly reasoning: readonly string[];
  readonly reason?: AbstainReason | (string & {});
  readonly run_id: string;
  readonly latency_ms: number;
  readonly step?: string;
  readonly round?: number;
  /** Market time. */
  readonly timestamp: string;
}

export interface AgentDetail {
  readonly name: string;
  readonly signal: Stance;
  readonly confidence: number;
  readonly weight: number;
  readonly fault_domain: string;
  readonly reasoning: readonly string[];
}

/** A run has its consensus. Shares, confidence and probability are 0 to 1. */
export interface SignalUpdate {
  readonly symbol: string;
  readonly signal_id: string;
  readonly run_id: string;
  readonly action: Action;
  readonly confidence: number;
  readonly price: number;
  readonly agents_consensus: {
    readonly total_agents: number;
    readonly completed_agents: number;
    readonly abstained_agents: number;
    readonly consensus_strength: Strength;
    /** Support of the action. */
    readonly agreement: number;
    readonly threshold: number;
    /** Absent in signals of earlier versions. */
    readonly min_confidence?: number;
    readonly min_domains?: number;
    readonly fault_domains: number;
    readonly tolerated_faults: number;
    readonly effective_voters?: number | null;
    /** By `agent_id`. */
    readonly agent_details: Readonly<Record<string, AgentDetail>>;
  };
  /** null until enough scored signals calibrate it. */
  readonly probability: { readonly value: number; readonly low: number; readonly high: number; readonly samples: number } | null;
  readonly valid_until: string;
  readonly horizon_bars: number;
  readonly interval: string;
  readonly trigger: Trigger;
  /** The feed's name; `simulated` is never hidden. */
  readonly source: string;
  /** Market time. */
  readonly timestamp: string;
  readonly metadata: {
    readonly reasoning: readonly string[];
    readonly dissent: readonly string[];
    readonly target_price?: number | null;
    readonly stop_loss?: number | null;
    readonly similar?: readonly SimilarSignal[];
  };
}

/** A past signal on a market much like this one's, and what came of it; nearest first. */
export interface SimilarSignal {
  readonly signal_id: string;
  readonly outcome_return: number;
  readonly symbol?: string;
  readonly timestamp?: string;
  readonly action?: Action;
  readonly distance?: number;
  readonly outcome?: 'UP' | 'DOWN' | 'FLAT';
}

/** The horizon has passed, or target or stop was hit first (then without class and scores). */
export interface SignalResolved {
  readonly symbol: string;
  readonly signal_id: string;
  readonly run_id: string;
  readonly action: Action;
  readonly horizon_bars: number;
  readonly status: 'target_hit' | 'stop_hit' | 'expired' | 'unknown';
  /** ln(close[t+H] / open[t+1]), or to the level; null where candles are missing. */
  readonly outcome_return: number | null;
  readonly outcome: 'UP' | 'DOWN' | 'FLAT' | null;
  readonly correct: boolean | null;
  /** By analyst: 1 was right. */
  readonly scores: Readonly<Record<string, 0 | 1>> | null;
  /** Market time. */
  readonly resolved_at: string;
  readonly timestamp: string;
}

export interface PriceUpdate {
  readonly symbol: string;
  readonly price: number;
  readonly volume: number;
  readonly change_pct: number;
  readonly source: string;
  readonly timestamp: string;
}

export interface TradingDecision {
  readonly decision_id: string;
  readonly signal_id?: string;
  readonly symbol: string;
  readonly account_id: string;
  readonly intent: {
    readonly side: string;
    readonly quantity: number;
    readonly order_type: string;
    readonly limit_price?: number;
    readonly stop_price?: number;
    readonly reduce_only: boolean;
  };
  readonly status: 'refused' | 'waiting_approval' | 'submitted' | 'partially_filled' | 'filled' | 'expired' | 'cancelled' | 'rejected';
  readonly gate?: { readonly code: string; readonly detail: unknown };
  readonly order_id?: string;
  readonly timestamp: string;
}

/** Also how a run that ends without a signal says so: then it has its `run_id`. */
export interface SystemAlert {
  readonly level: string;
  readonly code: string;
  readonly message: string;
  readonly symbol?: string;
  readonly run_id?: string;
}

export interface ApprovalUpdate {
  readonly approval_id: string;
  readonly decision_id: string;
  readonly account_id: string;
  readonly symbol: string;
  readonly intent: TradingDecision['intent'];
  /** Of what is shown: whoever answers sends it. */
  readonly hash: string;
  readonly price: number;
  /** Share of `price`. */
  readonly max_drift: number;
  /** Market time. */
  readonly expires_at: string;
  /** Persons who must agree, and who have. */
  readonly needed: number;
  /** Persons who have agreed, and who. */
  readonly given: number;
  readonly given_by: readonly { readonly by: string; readonly at: string }[];
  readonly status: 'waiting' | 'approved' | 'rejected' | 'expired' | 'drifted' | 'refused' | 'done';
  readonly note?: string;
}

/** An item of `GET /api/approvals`. */
export interface ListedApproval extends ApprovalUpdate {
  readonly intent: ApprovalUpdate['intent'] & {
    readonly leverage?: number; readonly target_price?: number; readonly stop_loss?: number; readonly time_in_force?: string;
  };
  /** As of the answer: how far the price has gone, as a share of `price`. */
  readonly drift?: number | null;
  readonly expires_in_s?: number;
}

/** In `agent:{id}`: a trading agent has ended a cycle, was paused or resumed, or its account may trade otherwise. */
export interface AgentStatus {
  readonly agent_id: string;
  readonly is_running: boolean;
  readonly cycle_count: number;
  /** Market time. */
  readonly last_decision_time: string | null;
  readonly paused?: boolean;
  readonly interval_s?: number;
  /** `rules`, or the model's name. */
  readonly decided_by?: string;
  /** Of its account; null where it is not traded. */
  readonly state?: 'ACTIVE' | 'REDUCING' | 'HALTED' | null;
  readonly error?: string;
  /** Why it is paused, or what keeps it from adding exposure. */
  readonly reason?: string;
}

/** In `agent:{id}`: what a trading agent has decided in a cycle. */
export interface AgentCycle {
  readonly cycle: number;
  readonly agent_id: string;
  readonly ai_reasoning: string;
  readonly decisions: readonly CycleDecision[];
}

/** In `agent:{id}`: an order of a trading agent was filled. `side` is the position's. */
export interface TradeExecuted {
  readonly order_id: string | null;
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly quantity: number;
  readonly price: number;
  readonly leverage: number;
  readonly status: string | null;
  readonly reducing?: boolean;
  readonly fee?: number;
  readonly realized_pnl?: number;
  readonly timestamp?: string;
}

/** In `agent:{id}`, the latest: money in the account's currency, `used_percentage` 0 to 100. */
export interface AccountUpdate {
  readonly total_balance: number;
  readonly available_balance: number;
  readonly unrealized_pnl: number;
  readonly used_percentage: number;
}

/** In `agent:{id}`, the latest: all open positions. */
export type PositionsUpdate = readonly {
  readonly symbol: string;
  readonly side: 'long' | 'short';
  /** Without sign. */
  readonly position_amt: number;
  readonly entry_price: number;
  readonly mark_price: number;
  readonly unrealized_profit: number;
  /** Percent, without leverage. */
  readonly pnl_percentage: number;
  readonly leverage: number;
}[];

/** In `agent:{id}`: a closed trade was looked back on. */
export interface Reflection {
  readonly reflection_id: string;
  readonly account_id: string;
  readonly agent_id: string | null;
  readonly symbol: string;
  readonly trade_id: string;
  /** Who wrote it: `rules` or a model. */
  readonly source: string;
  readonly thought: string;
  readonly happened: string;
  readonly change: string;
  readonly outcome_return: number | null;
  readonly timestamp: string;
}

/** In `analysts`: there is something new to read in `GET /api/analysts`, `/api/ai-logs` and `/api/costs`. Of the nodes that are there, since their starts. */
export interface ActivityUpdate {
  readonly runs_ended: number;
  /** Calls of models that are stored. */
  readonly model_calls: number;
}

/** In `analysts` and `ops`: a remote analyst has come or gone. */
export interface AnalystUpdate {
  readonly agent_id: string;
  readonly name: string;
  readonly kind: 'remote';
  readonly state: 'seated' | 'away';
  readonly connected: boolean;
  readonly weight: number;
  readonly fault_domain: string;
  readonly timestamp: string;
}

/** In `ops`: another node has joined or left. */
export interface NodeUpdate {
  readonly node: string;
  readonly state: 'joined' | 'left';
  /** All that are there now. */
  readonly nodes: readonly string[];
  readonly timestamp: string;
}

/** In `ops`, every two seconds: how the server is doing, as `GET /api/ops` without its `log`. */
export interface OpsUpdate {
  /** Who says it. */
  readonly node: string;
  readonly version: string;
  readonly time: string;
  readonly uptime_s: number;
  readonly state: 'starting' | 'serving' | 'draining';
  readonly nodes: readonly {
    readonly node: string; readonly here: boolean; readonly connections: number; readonly connections_since_start: number;
    readonly messages_sent: number; readonly runs_running: number; readonly rooms: number;
  }[];
  readonly connections: { readonly here: number; readonly limit: number; readonly all: number; readonly dropped: Readonly<Record<string, number>> };
  readonly rooms: readonly { readonly room: string; readonly members: number }[];
  /** `ended`: runs of this node since its start. */
  readonly queue: { readonly waiting: number; readonly running: number; readonly ended: number };
  readonly feed: Readonly<Record<string, unknown>>;
  /** `age_ms` in market milliseconds; null before the first price. */
  readonly feeds: readonly { readonly symbol: string; readonly source: string; readonly last_price_at: string | null; readonly age_ms: number | null }[];
  /** `today` of `GET /api/costs`; null while it cannot be read. */
  readonly budgets: Readonly<Record<string, unknown>> | null;
  /** `calls`: of models by this node since its start. */
  readonly decision_log: { readonly pending: number; readonly calls: number };
  readonly database: 'up' | 'away';
  /** null: this node is alone. */
  readonly redis: 'up' | 'away' | null;
  /** What is wrong now, the worst first. */
  readonly faults: readonly { readonly code: string; readonly level: 'warning' | 'error'; readonly subject: string | null; readonly message: string }[];
}

/** In `ops`: a line of a node's log. */
export interface LogLine {
  readonly node: string;
  /** Of the node's lines that were sent, from 1. */
  readonly seq: number;
  readonly level: 'info' | 'warn' | 'error' | 'fatal';
  readonly time: string;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
  /** Lines before this one that were too many to be sent. */
  readonly dropped?: number;
}

/** When an alert fires: at the moment in which this turns true. A price is compared at each tick, the rest at each signal. */
export type AlertCondition =
  | { readonly field: 'price'; readonly op: 'crosses_above' | 'crosses_below'; readonly value: number }
  | { readonly field: 'action'; readonly op: 'becomes'; readonly value: Action }
  | { readonly field: 'strength'; readonly op: 'becomes' | 'at_least'; readonly value: Strength }
  /** 0 to 1 */
  | { readonly field: 'confidence' | 'probability'; readonly op: 'crosses_above' | 'crosses_below' | 'at_least'; readonly value: number };

/** An alert as it was set. */
export interface AlertSet {
  readonly alert_id: string;
  /** `*`: every symbol. */
  readonly symbol: string;
  readonly when: AlertCondition;
  /** Gone once it has fired. */
  readonly once: boolean;
  readonly created_at: string;
}

/** A condition that this client set has fired. */
export interface Alert {
  readonly alert_id: string;
  readonly symbol: string;
  readonly when: AlertCondition;
  /** Of the field, as it is now. */
  readonly value: number | string;
  readonly signal_id?: string;
  /** Market time. */
  readonly timestamp: string;
}

/** A stretch of a symbol's past in market time. */
export interface ReplayRequest {
  /** ISO-8601, inclusive. */
  readonly from: string;
  /** ISO-8601, exclusive. */
  readonly to: string;
  /** At most 1000, which is the default. */
  readonly limit?: number;
  /** `next` of the answer before. */
  readonly cursor?: string;
  readonly types?: readonly string[];
}

/** What was replayed. */
export interface Replayed {
  readonly count: number;
  /** The `cursor` for what comes after; null where nothing does. */
  readonly next: string | null;
}

/** Where a room stands that is filtered by `types`, whose offsets skip. */
export interface PositionUpdate extends Position {
  readonly room: string;
}

/** Messages `from` to `to` were missed and can't be replayed; a snapshot follows. */
export interface GapNotice {
  readonly room: string;
  readonly epoch: string;
  readonly from: number;
  readonly to: number;
}

/** `data` by `type`. */
export interface MessageData extends GroupMessages {
  welcome: Welcome;
  agent_update: AgentUpdate;
  signal_update: SignalUpdate;
  signal_resolved: SignalResolved;
  price_update: PriceUpdate;
  trading_decision: TradingDecision;
  system_alert: SystemAlert;
  approval_update: ApprovalUpdate;
  agent_status: AgentStatus;
  decision: AgentCycle;
  trade_executed: TradeExecuted;
  account_update: AccountUpdate;
  position_update: PositionsUpdate;
  reflection: Reflection;
  alert: Alert;
  activity_update: ActivityUpdate;
  analyst_update: AnalystUpdate;
  node_update: NodeUpdate;
  ops_update: OpsUpdate;
  log_line: LogLine;
  groups_update: GroupsUpdate;
  position: PositionUpdate;
  gap: GapNotice;
}

export type MessageType = keyof MessageData;

/** What stands beside `type` and `data`. */
export interface Envelope {
  /** Wall time of sending, ISO-8601. */
  readonly timestamp?: string;
  /** These three on logged messages only. */
  readonly room?: string;
  readonly epoch?: string;
  readonly offset?: number;
  /** The state at subscription, not news. */
  readonly snapshot?: boolean;
  /** Out of the log. */
  readonly replayed?: boolean;
}

export type MessageOf<T extends MessageType> = Envelope & { readonly type: T; readonly data: MessageData[T] };

/** Discriminated by `type`. A newer server may say more types than these: keep a default branch. */
export type Message = { [T in MessageType]: MessageOf<T> }[MessageType];

/** How a room was joined: `offset` is where its stream goes on. */
export interface JoinedRoom extends Position {
  readonly room: string;
  /** True only where nothing since `since` is missing. */
  readonly recovered: boolean;
  /** Messages out of the log that follow. */
  readonly replayed: number;
}

export interface AnalysisAccepted {
  readonly run_id: string;
  readonly symbol: string;
  readonly depth: Depth;
  /** True where the request joined a run under way. */
  readonly shared: boolean;
}

export interface Authenticated {
  readonly subject: string;
  readonly scopes: readonly Scope[];
  readonly expires_at: string | null;
}

/** The body of `/ws/status`; more fields may stand beside these. */
export interface Status {
  readonly websocket_manager: {
    readonly total_connections: number;
    readonly active_connections: number;
    readonly messages_sent: number;
    readonly rooms: Readonly<Record<string, number>>;
  };
  readonly orchestrator: { readonly running: boolean; readonly active_analyses: number; readonly active_agents: number };
  readonly [field: string]: unknown;
}
