import { Redis } from 'ioredis';

const SHORTEST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1000;
const CONNECT_WITHIN_MS = 2000;
/** A stream that was told to end and does not is destroyed after it. */
const END_WITHIN_MS = 100;
const PING_EVERY_MS = 1000;
/** Pings in a row without an answer, after which the connection counts as dead. Counted, not timed: this process may be the one that was paused. */
const PINGS_UNTIL_DEAD = 3;

/** Between half of it and all of it, so that nodes do not come back in step. */
const backoff = (attempt: number): number =>
  Math.min(SHORTEST_RETRY_MS * 2 ** Math.min(attempt, 10), LONGEST_RETRY_MS) * (0.5 + Math.random() / 2);

/**
 * A connection that comes back by itself and keeps nothing for later: what is asked while it is away, or was not
 * answered when it went, is rejected at once. So nothing queues, nothing stale is sent afterwards, and whoever asks
 * decides what that means. No error of it ends the process. Begins with `connect()`.
 */
export function redisConnection(url: string, name: string): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectionName: name,
    connectTimeout: CONNECT_WITHIN_MS,
    disconnectTimeout: END_WITHIN_MS,
    keepAlive: 10_000,
    retryStrategy: backoff,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0, // rejects with the connection; null would send again once it is back
    autoResubscribe: false, // `RedisChannels` does, and knows when it is done
  });
  redis.on('error', () => undefined); // 'close' follows; unheard, it would be printed at each attempt
  watchSilence(redis);
  return redis;
}

/** A server that hangs, or a network that went silent, closes nothing: unanswered pings do. */
function watchSilence(redis: Redis): void {
  let unanswered = 0;
  const heard = (): void => void (unanswered = 0);
  const timer = setInterval(() => {
    if (redis.status !== 'ready' && redis.status !== 'connect') return heard();
    unanswered += 1;
    if (unanswered > PINGS_UNTIL_DEAD) {
      heard();
      redis.disconnect(true);
    } else if (redis.status === 'ready') redis.ping().then(heard, () => undefined);
  }, PING_EVERY_MS).unref();
  redis.on('ready', heard);
  redis.on('end', () => clearInterval(timer));
}
