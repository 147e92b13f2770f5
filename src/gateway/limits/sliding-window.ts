/** Lets through `limit` within any `windowMs` milliseconds; what is refused does not count. Time comes in. */
export class SlidingWindow {
  /** Times of what passed, a ring of at most `limit`; grows with use, as most connections use little. */
  readonly #passed: number[] = [];
  #oldest = 0;

  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
  ) {}

  /** Counts and returns 0; over the limit counts nothing and returns the milliseconds until it would pass. */
  take(now: number): number {
    if (this.#passed.length < this.limit) {
      this.#passed.push(now);
      return 0;
    }
    const oldest = this.#passed[this.#oldest];
    if (oldest === undefined) return this.windowMs; // limit 0
    // a clock that went back must not lock anyone out for longer than the window
    const waitMs = Math.min(this.windowMs, oldest + this.windowMs - now);
    if (waitMs > 0) return waitMs;
    this.#passed[this.#oldest] = now;
    this.#oldest = (this.#oldest + 1) % this.limit;
    return 0;
  }
}
