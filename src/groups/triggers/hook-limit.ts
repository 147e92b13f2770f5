import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

type Limiter = RateLimiterMemory | RateLimiterRedis;

/** So many of each trigger in each minute, counted from the first, on all nodes together. While Redis is away each node counts for itself. */
export class HookLimit {
  private readonly limiters = new Map<number, Limiter>();

  constructor(private readonly redis: Redis | null) {}

  /** Counts one and resolves with 0; over the limit with the milliseconds until the next may come. */
  async take(triggerId: string, perMinute: number): Promise<number> {
    const limiter = this.limiters.get(perMinute) ?? this.open(perMinute);
    try {
      await limiter.consume(triggerId);
      return 0;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
      throw refusal;
    }
  }

  private open(perMinute: number): Limiter {
    const bounds = { points: perMinute, duration: 60, keyPrefix: 'conclave:limit:hook' };
    const alone = new RateLimiterMemory(bounds);
    const limiter = this.redis ? new RateLimiterRedis({ ...bounds, storeClient: this.redis, rejectIfRedisNotReady: true, insuranceLimiter: alone }) : alone;
    this.limiters.set(perMinute, limiter);
    return limiter;
  }
}
