import { AssetCommand, SetIntervalCommand, SubscribeAsset } from '../websocket/dashboard.dto.js';
import { OpinionCommand } from '../websocket/opinion.dto.js';

type Json = Readonly<Record<string, unknown>>;

/** A frame of a path that speaks a protocol of its own. */
export interface Frame {
  readonly summary: string;
  readonly payload: Json;
}

/** A path with other frames than `/ws/signals` (WIRE.md); of `shared` the messages are the same as there. */
export interface OtherSocket {
  readonly address: string;
  readonly description: string;
  readonly parameters?: Json;
  /** Of the URL. */
  readonly query?: Json;
  readonly shared?: { readonly asked: readonly string[]; readonly sent: readonly string[] };
  readonly asked: Readonly<Record<string, Frame>>;
  readonly sent: Readonly<Record<string, Frame>>;
}

/** Classes that validate what these paths are sent; the document has their schemas. */
export const OTHER_FIELDS = [OpinionCommand, SubscribeAsset, AssetCommand, SetIntervalCommand] as const;

const TEXT: Json = { type: 'string' };
const NUMBER: Json = { type: 'number' };
/** null where there is too little for it. */
const SCARCE: Json = { type: ['number', 'null'] };
const MAYBE: Json = { type: ['string', 'null'] };
const TIME: Json = { type: 'string', format: 'date-time' };
const texts: Json = { type: 'array', items: TEXT };
const objects: Json = { type: 'array', items: { type: 'object' } };
const flaws: Json = { type: 'array', items: { type: 'object', properties: { path: TEXT, message: TEXT } } };
const object = (properties: Json, required: readonly string[] = []): Json => ({ type: 'object', properties, ...(required.length > 0 && { required }) });
const typed = (type: string, properties: Json, required: readonly string[] = []): Json => object({ type: { const: type }, ...properties }, ['type', ...required]);
const fieldsOf = (cls: new () => object): Json => ({ $ref: `#/components/schemas/${cls.name}` });
const action = (name: string, cls: new () => object): Json => ({ allOf: [object({ action: { const: name } }, ['action']), fieldsOf(cls)] });

const trace = object({ correlation_id: { type: 'string', maxLength: 128 }, idempotency_key: TEXT });
const EVENT: Json = {
  event_type: { type: 'string', pattern: '^[a-z0-9_]{1,40}$' }, priority: { type: 'integer', minimum: 1, maximum: 10 }, targets: texts,
  title: { type: 'string', minLength: 1, maxLength: 200 }, payload: { type: 'string', description: 'JSON text, mostly' }, tags: texts,
};

/** By the name of the channel. */
export const OTHER_SOCKETS: Readonly<Record<string, OtherSocket>> = {
  agent: {
    address: '/ws/agents/{agent_id}', description: 'One trading agent: its state at once, then what is logged in its room, and its account and positions when they change',
    parameters: { agent_id: { description: 'An id of GET /api/agents' } }, query: object({ token: TEXT, since: { type: 'string', description: 'JSON: room → {epoch, offset}' } }),
    shared: { asked: ['ping'], sent: ['agent_status', 'account_update', 'position_update', 'decision', 'trade_executed', 'reflection', 'pong', 'error'] },
    asked: {}, sent: {},
  },
  events: {
    address: '/ws/events', description: 'Trading groups and triggers; one token, and one connection a token. The newer form (`kind`, `category`, an object as `payload`) is taken too, and answered in kind',
    query: object({ trading_group_token: TEXT, trigger_token: TEXT }),
    asked: {
      event: { summary: 'Of a trigger: goes to the groups in `targets`', payload: typed('event', EVENT, ['targets', 'title', 'payload']) },
      post_trade: {
        summary: 'Of a group: a decision. `payload` is JSON text: {source_id?, symbol, signal: {action: LONG|SHORT|CLOSE, qty?, margin_usd?, leverage?, order_type?, limit_price?, target_price?, stop_loss?, confidence?, side?}, reason?}',
        payload: typed('event', { ...EVENT, event_type: { const: 'post_trade' }, condition: object({ domain: { const: 'trade_decision' }, trace }, ['domain']) }, ['event_type', 'payload', 'condition']),
      },
      settle: { summary: 'Of a group: an event is done with; not answered', payload: typed('ack', { id: TEXT }, ['id']) },
      log: {
        summary: 'Of a group: TRADING_GROUP_DISCUSSION_LOG with {group_id?, event_id?, correlation_id?, symbol?, member_opinions, decision} is a discussion; other codes go to the event log',
        payload: typed('system', { level: TEXT, code: TEXT, message: TEXT, detail: { type: 'object' } }, ['code']),
      },
      ping: { summary: 'Answered with pong', payload: typed('ping', {}) },
    },
    sent: {
      connected: {
        summary: 'The first frame',
        payload: typed('ack', { ok: { const: true }, message: { const: 'connected' }, client_id: TEXT, subscriptions: texts, config: object({
          group_id: TEXT, group_name: TEXT, market: TEXT, symbol: TEXT, interval: TEXT, leverage: NUMBER, margin_usd: NUMBER, position_mode: { enum: ['oneway', 'hedge'] }, account_id: TEXT,
          members: { type: 'array', items: object({ member_id: TEXT, name: TEXT, role: TEXT, provider: MAYBE, model: MAYBE, system_prompt: TEXT }) },
        }) }, ['ok', 'message', 'client_id']),
      },
      group_event: {
        summary: 'To a group: what a trigger has said, an order_update or a config_update; again with each connection until it is settled',
        payload: typed('event', { ...EVENT, id: TEXT, source_id: TEXT, condition: object({ trace }), created_at: TIME, experiences: { type: 'array', items: object({ id: TEXT, lesson: TEXT, outcome_return: NUMBER }) } }, ['event_type', 'id', 'source_id']),
      },
      answer: {
        summary: 'A frame was taken: `accepted` (an event: dispatched_clients; a decision: order_id or orders, status, gate?, duplicate?), `logged`, `pong`; or was not: `validation_error`, `forbidden_event` or a code',
        payload: typed('ack', {
          ok: { type: 'boolean' }, message: TEXT, id: TEXT, dispatched_clients: { type: 'integer' }, unknown_targets: texts, order_id: MAYBE, decision_id: TEXT, orders: objects, status: TEXT,
          gate: object({ code: TEXT, detail: TEXT }), duplicate: { type: 'boolean' }, correlation_id: TEXT, retryable: { type: 'boolean' }, detail: flaws,
        }, ['ok', 'message']),
      },
    },
  },
  analysts: {
    address: '/ws/analysts', description: 'Remote analysts that vote', query: object({ analyst_token: TEXT }), shared: { asked: ['ping'], sent: ['pong', 'error'] },
    asked: { opinion: { summary: 'The vote about a run', payload: typed('opinion', { data: fieldsOf(OpinionCommand) }, ['data']) } },
    sent: {
      connected: { summary: 'The first frame', payload: typed('ack', { ok: { const: true }, message: { const: 'connected' }, data: object({ agent_id: TEXT, name: TEXT, fault_domain: TEXT }) }) },
      analysis_request: {
        summary: 'A run wants a vote before its deadline',
        payload: typed('analysis_request', { data: object({
          run_id: TEXT, symbol: TEXT, deadline: TIME,
          view: object({
            symbol: TEXT, interval: TEXT, as_of: TIME, source: TEXT, price: NUMBER, indicators: { type: 'object' }, structure: objects,
            candles: { type: 'array', maxItems: 200, items: { type: 'array', items: NUMBER, minItems: 6, maxItems: 6, description: 'time_ms, open, high, low, close, volume' } },
            news: { type: 'array', items: object({ id: TEXT, title: TEXT, source: TEXT, time: TIME }) },
          }),
        }, ['run_id', 'symbol', 'deadline', 'view']) }),
      },
      vote_taken: { summary: 'What became of a vote', payload: typed('ack', { ok: { const: true }, data: object({ run_id: TEXT, status: { enum: ['counted', 'repeated', 'equivocation', 'late', 'unknown_run'] } }) }) },
    },
  },
  dashboard: {
    address: '/ws', description: 'Dashboards of assets', query: object({ token: TEXT }),
    asked: {
      subscribe: { summary: 'The state at once and at every change', payload: action('subscribe', SubscribeAsset) },
      unsubscribe: { summary: 'No more of it', payload: action('unsubscribe', AssetCommand) },
      pause: { summary: 'Needs the scope trade', payload: action('pause', AssetCommand) },
      resume: { summary: 'Needs the scope trade', payload: action('resume', AssetCommand) },
      set_interval: { summary: 'Needs the scope trade', payload: action('set_interval', SetIntervalCommand) },
    },
    sent: {
      state: {
        summary: 'An asset as it is; the body of GET /api/assets/{symbol}/dashboard',
        payload: object({
          asset: TEXT, stats: object({ total_pnl: NUMBER, win_rate: SCARCE, sharpe_ratio: SCARCE, drawdown: SCARCE, total_trades: { type: 'integer' }, average_win: SCARCE, average_loss: SCARCE }),
          chart: object({ interval: TEXT, labels: texts, prices: { type: 'array', items: NUMBER }, volumes: { type: 'array', items: NUMBER } }),
          positions: { type: 'array', items: object({ symbol: TEXT, side: TEXT, quantity: NUMBER, entry_price: NUMBER, mark_price: NUMBER, unrealized_pnl: NUMBER, opened_at: TIME }) },
          feed: { type: 'array', items: object({ timestamp: TIME, action: TEXT, message: TEXT }) },
          reflection: { description: 'null: none so far' }, improvements: { description: 'null: none so far' }, paused: { type: 'boolean' }, interval: { type: 'integer' },
          source: TEXT, trading_state: TEXT, reason: MAYBE, timestamp: TIME,
        }, ['asset', 'stats', 'chart', 'positions', 'feed', 'paused', 'interval']),
      },
      refusal: { summary: 'A command was refused', payload: object({ error: object({ code: TEXT, message: TEXT, retryable: { type: 'boolean' }, details: flaws }, ['code', 'message']) }, ['error']) },
    },
  },
  stream: {
    address: '/stream', description: 'Prices alone, one flat object each', query: object({ symbols: { type: 'string', description: 'Comma-separated, 1 to 1000' }, token: TEXT }), asked: {},
    sent: { tick: { summary: 'The last price at once, then each new one', payload: object({ symbol: TEXT, price: NUMBER, volume: { type: 'integer' }, timestamp: TIME, source: TEXT }, ['symbol', 'price', 'volume', 'timestamp']) } },
  },
};
