import { CodedError } from '../../model/codes.js';
import { SlidingWindow } from './sliding-window.js';

const MINUTE_MS = 60_000;

/** Analyses that one connection asks for: so many within any minute. */
export class AnalyzeLimit {
  readonly #window: SlidingWindow;

  constructor(private readonly perMinute: number) {
    this.#window = new SlidingWindow(perMinute, MINUTE_MS);
  }

  /** @throws CodedError RATE_LIMITED with `retry_after_ms`; what is refused does not count. */
  take(now: number): void {
    const waitMs = this.#window.take(now);
    if (waitMs > 0) throw tooManyAnalyses(this.perMinute, waitMs);
  }
}

export const tooManyAnalyses = (perMinute: number, waitMs: number): CodedError => {
  const message = `${perMinute} analyses a minute are allowed: ask again in ${Math.ceil(waitMs / 1000)} s`;
  return new CodedError('RATE_LIMITED', message, [], { retry_after_ms: Math.ceil(waitMs) });
};
