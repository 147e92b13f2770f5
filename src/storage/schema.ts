import type { Generated } from 'kysely';
import type { Interval } from '../model/interval.js';
import type { AbstainReason, Action, CallStep } from '../model/opinion.js';
import type { OutcomeClass } from '../model/situation.js';
import type { Depth } from '../model/trigger.js';
import type { GroupsSchema } from './groups-schema.js';
import type { TradingSchema } from './trading-schema.js';

/** The tables as queries see them: times are epoch milliseconds unless said otherwise, `Json` is JSON text. */
export interface Schema extends TradingSchema, GroupsSchema {
  rooms: RoomsTable;
  room_messages: RoomMessagesTable;
  runs: RunsTable;
  signals: SignalsTable;
  alerts: AlertsTable;
  alert_prices: AlertPricesTable;
  leases: LeasesTable;
  model_calls: ModelCallsTable;
  budgets: BudgetsTable;
  run_inputs: RunInputsTable;
  analyst_tokens: AnalystTokensTable;
  remote_votes: RemoteVotesTable;
  situations: SituationsTable;
  news_items: NewsItemsTable;
}

/** Kept as text in both databases, so that a body goes out byte for byte as it was first sent. */
type Json = string;

interface RoomsTable {
  room: string;
  epoch: string;
  /** Offset of the newest message; 0 before the first. */
  head: Generated<number>;
}

interface RoomMessagesTable {
  room: string;
  offset: number;
  epoch: string;
  /** Unique over all rooms, for ever. */
  message_id: string;
  type: string;
  body: Json;
  /** Wall time, ISO-8601 with milliseconds. */
  sent_at: string;
  /** What time the message is about; null where it is about none, or from before there was this column. */
  market_time: number | null;
  /** `market_time` of the first of neighbouring rows that share it, null in the others: what history is found by (`RoomHistory`). */
  span_time: number | null;
}

type RunStatus = 'open' | 'done' | 'failed';

export interface RunsTable {
  run_id: string;
  symbol: string;
  depth: Depth;
  /** One `open` run per symbol and depth: the single flight. */
  status: RunStatus;
  trigger: Json;
  /** Head of the symbol's room when the run was asked for. */
  from_offset: number | null;
  /** Wall time. */
  requested_at: number;
  /** Market time of the view. */
  as_of: number | null;
  /** Wall time. */
  ended_at: number | null;
  signal_id: string | null;
  error: string | null;
  /** Times that it was begun; in a cluster 0 until a worker has taken it. */
  attempt: Generated<number>;
  /** Market time that a worker's market must have reached; null on one node. */
  not_before: number | null;
}

export interface SignalsTable {
  signal_id: string;
  run_id: string;
  symbol: string;
  interval: Interval;
  action: Action;
  confidence: number;
  price: number;
  /** Market time. */
  timestamp: number;
  /** Market time. */
  valid_until: number;
  depth: Depth;
  source: string;
  /** The data of `signal_update`. */
  body: Json;
  view: Json;
  opinions: Json;
  /** Wall time. */
  created_at: number;
  /** Wall time at which trading had looked at it. */
  considered_at: number | null;
}

interface AlertsTable {
  alert_id: string;
  /** Subject of the client that set it. */
  owner: string;
  /** In its one spelling, or `*`. */
  symbol: string;
  /** `{field, op, value}` */
  condition: Json;
  /** 1: gone once it has fired. */
  once: number;
  /** Wall time. */
  created_at: number;
}

/** By symbol, the last price that was compared with the alerts on prices; a restart goes on from it. */
interface AlertPricesTable {
  symbol: string;
  price: number;
}

interface LeasesTable {
  name: string;
  holder: string;
  /** Raised with each holder. */
  term: number;
  /** The database's clock; 0: given back. */
  expires_at: number;
}

/** One row per attempt to ask a model: the decision log. */
export interface ModelCallsTable {
  /** UUIDv7: in the order of time. */
  call_id: string;
  run_id: string;
  symbol: string;
  agent_id: string;
  step: CallStep;
  /** Of the debate, from 1; 0 outside of it. */
  round: number;
  /** SHA-256 of what was asked, hexadecimal. */
  request_hash: string;
  /** Among those of one asking with the same hash, from 1. */
  attempt: number;
  /** The prompt file. */
  prompt: string;
  /** The provider's name. */
  endpoint: string;
  model: string;
  mode: 'schema' | 'json' | 'text';
  /** `{temperature, top_p, seed, max_tokens, schema}` */
  params: Json;
  /** `[{role, content}]` */
  messages: Json;
  /** Model and version, as the server names them. */
  model_returned: string | null;
  /** As it came, cut where it was too long. */
  reply: string | null;
  outcome: 'OK' | AbstainReason;
  error: string | null;
  opinion: Json | null;
  requester: string;
  /** Market time of the view. */
  as_of: number;
  /** Wall time. */
  started_at: number;
  latency_ms: number;
  /** null: the server did not say. */
  prompt_tokens: number | null;
  completion_tokens: number | null;
  total_tokens: number | null;
  /** Booked, in billionths of a dollar. */
  nano_usd: number;
}

interface BudgetsTable {
  /** `day`, `symbol:<symbol>`, `requester:<subject>` */
  scope: string;
  /** UTC, `2026-01-31`. */
  day: string;
  /** Reserved and spent. */
  nano_usd: number;
}

/** What a run was built from, and what came of it, so that it can be built again. */
interface RunInputsTable {
  run_id: string;
  symbol: string;
  as_of: number;
  inputs: Json;
  decision: Json;
  /** SHA-256 of `decision`, hexadecimal. */
  decision_hash: string;
}

export interface AnalystTokensTable {
  agent_id: string;
  /** SHA-256, hexadecimal. */
  token_hash: string;
  name: string;
  owner: string;
  weight: number;
  created_at: number;
  revoked_at: number | null;
}

export interface RemoteVotesTable {
  /** UUIDv7 */
  vote_id: string;
  run_id: string;
  agent_id: string;
  kind: 'counted' | 'equivocation' | 'late' | 'unknown_run' | 'invalid';
  /** As it came, cut where it was too long. */
  body: string;
  received_at: number;
}

/** A signal with the state of its market, and later what came of it. */
export interface SituationsTable {
  signal_id: string;
  run_id: string;
  symbol: string;
  interval: Interval;
  source: string;
  /** Market time. */
  as_of: number;
  /** Opening of the last closed candle, t. */
  candle_time: number;
  action: Action;
  horizon_bars: number;
  target_price: number | null;
  stop_loss: number | null;
  /** |R| up to which the outcome is FLAT, and the round trip's cost; as known at t. */
  band: number;
  cost: number;
  /** `{agent_id: "BUY" | "SELL" | "HOLD"}` of those who had an opinion. */
  stances: Json;
  /** Of the vector's definition. */
  version: number;
  /** null: the market was not warm. */
  vector: Json | null;
  /** The level that was hit first. */
  touched: 'target' | 'stop' | null;
  /** null until its horizon has passed. */
  status: 'resolved' | 'unknown' | null;
  /** Market time. */
  resolved_at: number | null;
  outcome_return: number | null;
  outcome: OutcomeClass | null;
  /** 0 or 1. */
  correct: number | null;
  /** `{agent_id: 0 | 1}` */
  scores: Json | null;
  created_at: number;
  /** Wall time at which its end was stored. */
  settled_at: number | null;
}

export interface NewsItemsTable {
  id: string;
  /** SHA-256 of what makes it the same item. */
  fingerprint: string;
  title: string;
  summary: string;
  source: string;
  url: string | null;
  published_at: number;
  seen_at: number;
  /** A JSON array. */
  symbols: Json;
  /** `{model, vector}`; null: none was asked for. */
  embedding: Json | null;
}
