import type { Generated } from 'kysely';
import type { Interval } from '../model/interval.js';
import type { Action } from '../model/opinion.js';
import type { Depth } from '../model/trigger.js';

/** The tables as queries see them: times are epoch milliseconds unless said otherwise, `Json` is JSON text. */
export interface Schema {
  rooms: RoomsTable;
  room_messages: RoomMessagesTable;
  runs: RunsTable;
  signals: SignalsTable;
  alerts: AlertsTable;
  alert_prices: AlertPricesTable;
  leases: LeasesTable;
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
