import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { addressKey } from './address.js';
import { tooManyAnalyses } from './analyze-limit.js';

/**
 * Analyses that one address asks for by HTTP: so many in each minute, counted from the first, on all nodes together.
 * While Redis is away each node counts for itself.
 */
export class HttpAnalyzeLimit {
  readonly #limiter: RateLimiterMemory | RateLimiterRedis;

  constructor(private readonly perMinute: number, redis: Redis | null = null) {
    const bounds = { points: perMinute, duration: 60, keyPrefix: 'conclave:limit:analyze' };
    const alone = new RateLimiterMemory(bounds);
    this.#limiter = redis ? new RateLimiterRedis({ ...bounds, storeClient: redis, rejectIfRedisNotReady: true, insuranceLimiter: alone }) : alone;
  }

  /** @throws CodedError RATE_LIMITED with `retry_after_ms`. */
  async take(address: string | undefined): Promise<void> {
    try {
      await this.#limiter.consume(addressKey(address));
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) throw tooManyAnalyses(this.perMinute, refusal.msBeforeNext);
      throw refusal;
    }
  }
}
