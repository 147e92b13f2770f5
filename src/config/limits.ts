import type { Config } from './config.js';
import type { Variables } from './variables.js';

const COUNT = { min: 1, max: 1_000_000 };
const SECONDS = 1000;
/** Silence is judged over two pings. */
const PINGS_UNTIL_GONE = 2;

/** What no variable changes (WIRE.md, Limits). */
const FIXED = {
  queueBytes: 1024 * 1024,
  frameBytes: 64 * 1024,
  commandsPerSecond: 50,
  commandBurst: 100,
  badFramesPerMinute: 50,
  authenticateWithinMs: 10 * SECONDS,
};

export function limitsConfig(variables: Variables): Config['limits'] {
  const heartbeatIntervalMs = Math.round(variables.number('WS_HEARTBEAT_INTERVAL', 30, { min: 0.1, max: 3600 }) * SECONDS);
  return {
    heartbeatIntervalMs,
    heartbeatTimeoutMs: PINGS_UNTIL_GONE * heartbeatIntervalMs,
    queueMessages: variables.integer('WS_MESSAGE_QUEUE_SIZE', 1000, COUNT),
    maxConnections: variables.integer('WS_MAX_CONNECTIONS', 1000, COUNT),
    maxConnectionsPerIp: variables.integer('WS_MAX_CONNECTIONS_PER_IP', 200, COUNT),
    maxSubscriptions: variables.integer('WS_MAX_SUBSCRIPTIONS', 1000, COUNT),
    analyzePerMinute: variables.integer('ANALYZE_PER_MINUTE', 10, COUNT),
    ...FIXED,
  };
}
