/** A message that the server sends by itself or as an answer. */
export interface SentMessage {
  readonly logged: boolean;
  readonly when: string;
  /** Its fields. */
  readonly data: string;
}

/** What goes out on the sockets of signals (WIRE.md, Messages). */
export const SENT: Readonly<Record<string, SentMessage>> = {
  welcome: { logged: false, when: 'On connecting', data: 'connection_id, client_id, server_time, heartbeat_interval, limits, feed, version' },
  ack: { logged: false, when: 'A command was done', data: 'as the command says; beside it ok:true and id' },
  error: { logged: false, when: 'A command was refused, or the connection ends', data: 'code, message, retryable, details:[{path, message}]' },
  pong: { logged: false, when: 'The answer to ping', data: 'empty' },
  status: { logged: false, when: 'The answer to get_status', data: 'the body of /ws/status' },
  agent_update: { logged: true, when: 'One analyst has an opinion', data: 'symbol, agent, agent_id, signal, confidence, reasoning, run_id, latency_ms, reason?, step?, round?, cites?, timestamp' },
  signal_update: { logged: true, when: 'A run has its consensus', data: 'symbol, signal_id, run_id, action, confidence, price, agents_consensus, probability, valid_until, horizon_bars, interval, depth, trigger, source, timestamp, metadata' },
  signal_resolved: { logged: true, when: 'Target or stop was hit, or the horizon has passed', data: 'signal_id, run_id, symbol, action, status, outcome_return, correct, scores, timestamp' },
  price_update: { logged: false, when: 'A price has changed; the latest wins', data: 'symbol, price, volume, change_pct, source, timestamp' },
  system_alert: { logged: true, when: 'Something that people should know', data: 'level, code, message, symbol?, run_id?, timestamp' },
  alert: { logged: true, when: 'A condition of the client has come true', data: 'alert_id, symbol, when, value, signal_id?, timestamp' },
  trading_decision: { logged: true, when: 'Something was to be traded, and each time its order comes to something', data: 'decision_id, signal_id?, symbol, account_id, intent:{side, quantity, order_type, limit_price?, stop_price?, reduce_only}, status, gate?:{code, detail}, order_id?, filled_quantity?, average_price?, reason, timestamp' },
  approval_update: { logged: true, when: 'An intent waits for a person, and what becomes of it; room approvals', data: 'approval_id, decision_id, account_id, symbol, intent, hash, price, max_drift, expires_at, needed, given, given_by, status, note?' },
  agent_status: { logged: true, when: 'A trading agent has ended a cycle, or was paused or resumed', data: 'agent_id, is_running, cycle_count, last_decision_time' },
  decision: { logged: true, when: 'A trading agent has decided', data: 'cycle, agent_id, ai_reasoning, decisions:[{action, symbol, quantity, leverage, reason}]' },
  trade_executed: { logged: true, when: 'An order of a trading agent was filled', data: 'order_id, symbol, side, quantity, price, leverage, status' },
  account_update: { logged: false, when: 'The account of a trading agent has changed; the latest, at most once a second', data: 'total_balance, available_balance, unrealized_pnl, used_percentage' },
  position_update: { logged: false, when: 'Its positions have changed; the latest, at most once a second', data: 'a list of {symbol, side, position_amt, entry_price, mark_price, unrealized_profit, pnl_percentage, leverage}' },
  reflection: { logged: true, when: 'A trade of a trading agent was closed and looked back on', data: 'reflection_id, account_id, agent_id, symbol, trade_id, source, thought, happened, change, outcome_return, timestamp' },
  groups_update: { logged: true, when: 'A group, a trigger or a role was made, changed or deleted, or a trigger has come, gone, failed or recovered; room groups', data: 'kind: group|trigger|role, id, name, change: made|changed|deleted|connected|gone|failing|well, timestamp' },
  group_status: { logged: true, when: 'A group has connected, has gone, or was changed; room group:{id}', data: 'group_id, connected?, connection_id?, config?, timestamp' },
  group_event: { logged: true, when: 'An event for the group was stored', data: 'type, event_type, id, source_id, priority, targets, title, payload, tags, condition, created_at' },
  group_discussion: { logged: true, when: 'The group has discussed an event', data: 'discussion_id, group_id, correlation_id, event, symbol, message, level, member_opinions, decision, timestamp' },
  group_order: { logged: true, when: 'An order of the group has come to something', data: 'group_id, order_id, correlation_id, symbol, side, quantity, filled_quantity, average_price, status, gate?' },
  group_lesson: { logged: true, when: 'A closed position has taught the group something', data: 'lesson_id, group_id, correlation_id, symbol, side, lesson, source, outcome_return, pnl, timestamp' },
  activity_update: { logged: false, when: 'Runs have ended or models were called, at whichever node; the latest, at most once a second; room analysts', data: 'runs_ended, model_calls: of the nodes that are there, since their starts' },
  analyst_update: { logged: false, when: 'A remote analyst has come or gone; rooms analysts and ops', data: 'agent_id, name, kind, state: seated|away, connected, weight, fault_domain, timestamp' },
  node_update: { logged: false, when: 'Another node has joined or left; room ops', data: 'node, state: joined|left, nodes:[…], timestamp' },
  ops_update: { logged: false, when: 'Every two seconds; the latest wins; room ops', data: 'the body of GET /api/ops without log' },
  log_line: { logged: false, when: 'A line of the log from info up, at most 20 a second of each node; room ops', data: 'node, seq, level, time, message, context, dropped?' },
  position: { logged: false, when: 'Every 30 s to clients that filter by types', data: 'room, epoch, offset' },
  gap: { logged: false, when: 'Messages were missed that cannot be replayed', data: 'room, epoch, from, to' },
};
