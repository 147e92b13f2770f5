import type { Leg } from '../model/trading.js';
import type { EventOrigin, PositionMode, TriggerKind } from '../model/wire/groups.js';

type Json = string;

/** Trading groups and triggers. Times are wall time in epoch milliseconds unless said otherwise; 0 and 1 are no and yes. */
export interface GroupsSchema {
  groups: GroupsTable;
  group_members: GroupMembersTable;
  group_roles: GroupRolesTable;
  triggers: TriggersTable;
  group_events: GroupEventsTable;
  group_deliveries: GroupDeliveriesTable;
  group_trades: GroupTradesTable;
  trading_group_discussions: DiscussionsTable;
  group_lessons: LessonsTable;
  group_situations: GroupSituationsTable;
}

/** Who is connected with a token: the newest connection wins, wherever it is. */
interface ConnectionColumns {
  connection_id: string | null;
  node: string | null;
  connected_at: number | null;
  /** The node says it again every two seconds. */
  seen_at: number | null;
}

export interface GroupsTable extends ConnectionColumns {
  group_id: string;
  /** Unique among those that are not deleted. */
  name: string;
  /** A label, such as `crypto`. */
  market: string;
  symbol: string;
  interval: string;
  leverage: number;
  /** Decimal text. */
  margin_usd: string;
  position_mode: PositionMode;
  account_id: string;
  /** SHA-256, hexadecimal; null: revoked, or deleted. */
  token_hash: string | null;
  /** It has acknowledged an event by `ack` since its token was made, so only acks settle. */
  acks: number;
  /** Of frames: `type` as of old, `kind` the newer one; as it spoke last. */
  form: FrameForm;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
}

export interface GroupMembersTable {
  member_id: string;
  group_id: string;
  name: string;
  role: string;
  provider: string | null;
  model: string | null;
  /** Empty: the role's. */
  system_prompt: string;
  created_at: number;
}

/** Roles beside the built-in ones. */
export interface GroupRolesTable {
  role: string;
  title: string;
  prompt: string;
  created_at: number;
}

export interface TriggersTable extends ConnectionColumns {
  trigger_id: string;
  /** Unique; the `source_id` of its events. */
  name: string;
  kind: TriggerKind;
  config: Json;
  enabled: number;
  token_hash: string | null;
  /** Webhooks: the key of their HMAC, which cannot be kept as a hash. */
  secret: string | null;
  /** Where it stands, by kind; null before its first look. */
  state: Json | null;
  last_event_at: number | null;
  last_error: string | null;
  created_at: number;
}

export interface GroupEventsTable {
  /** UUIDv7: in the order of time. */
  event_id: string;
  /** Unique where it is not null: the same thing makes one event. */
  event_key: string | null;
  /** `immediate`, `post_trade`, `order_update`, `config_update`, `system`, … */
  event_type: string;
  origin: EventOrigin;
  /** The trigger's or the group's name. */
  source_id: string;
  /** Of the trigger or the group. */
  origin_id: string | null;
  priority: number;
  /** Names of groups. */
  targets: Json;
  title: string;
  /** As it came: as a rule JSON text. */
  payload: string;
  tags: Json;
  condition: Json | null;
  correlation_id: string;
  created_at: number;
}

interface GroupDeliveriesTable {
  event_id: string;
  group_id: string;
  priority: number;
  /** By the group's ack, or by the write that was flushed. */
  settled_at: number | null;
}

/** What a group has asked to trade, stored before it is acknowledged. */
export interface GroupTradesTable {
  /** The id of its event. */
  trade_id: string;
  group_id: string;
  /** What makes a repeat a repeat; null once 24 hours have passed. */
  idempotency_key: string | null;
  /** SHA-256 of the canonical payload. */
  payload_hash: string;
  correlation_id: string;
  account_id: string;
  symbol: string;
  /** What was asked for, checked and normalised. */
  request: Json;
  /** `pending` until the node that trades has decided. */
  status: 'pending' | 'decided';
  /** `[{leg, decision_id, order_id, status, gate}]` as answered; null while pending. */
  outcome: Json | null;
  created_at: number;
}

export interface DiscussionsTable {
  discussion_id: string;
  group_id: string;
  correlation_id: string | null;
  /** The event that it is about. */
  event_id: string | null;
  symbol: string | null;
  level: string;
  message: string;
  /** `[{member_id, name, role, opinion, …}]` as sent. */
  member_opinions: Json;
  /** As sent; null: none. */
  decision: Json | null;
  detail: Json;
  created_at: number;
}

export interface LessonsTable {
  lesson_id: string;
  group_id: string;
  correlation_id: string | null;
  discussion_id: string | null;
  /** Of the closed trade. */
  trade_id: string;
  symbol: string;
  leg: Leg;
  side: string;
  lesson: string;
  /** `model:<name>` or `facts`. */
  source: string;
  outcome_return: number;
  /** Decimal text. */
  pnl: string;
  /** Words that it is found by. */
  text: string;
  /** `{version, interval, source, values}` of the market at the opening; null: it was not warm. */
  situation: Json | null;
  /** `{model, vector}`; null: none was asked for. */
  embedding: Json | null;
  /** Market time. */
  at: number;
  created_at: number;
}

/** The market when a group's decision to open was made: kept until its trade closes, and after. */
interface GroupSituationsTable {
  decision_id: string;
  /** As `group_lessons.situation`. */
  situation: Json;
  created_at: number;
}

export type FrameForm = 'type' | 'kind';
