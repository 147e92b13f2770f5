import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { addressKey } from './address.js';
import { tooManyAnalyses } from './analyze-limit.js';

/** Analyses that one address asks for by HTTP: so many in each minute, counted from the first. */
export class HttpAnalyzeLimit {
  readonly #limiter: RateLimiterMemory;

  constructor(private readonly perMinute: number) {
    this.#limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
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
