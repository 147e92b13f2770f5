import { setTimeout } from 'node:timers/promises';

/** It would have to wait for too long, and was not sent. */
export class PaceExceeded extends Error {
  constructor(readonly waitMs: number) {
    super(`It would have to wait ${Math.ceil(waitMs / 1000)} s for its turn: Alpaca takes 200 requests a minute`);
    this.name = 'PaceExceeded';
  }
}

export interface PaceLimits {
  /** Steady rate. With `burst` and `reserve` it is what a minute can see at most: 200. */
  readonly perMinute: number;
  /** So many may go at once. */
  readonly burst: number;
  /** So many more where they are urgent: orders pass reads. */
  readonly reserve: number;
  readonly mostWaitMs: number;
}

export const ALPACA_PACE: PaceLimits = { perMinute: 150, burst: 30, reserve: 20, mostWaitMs: 20_000 };

/** Turns at a server that counts requests (the generic cell rate algorithm). It bounds how long one waits, and so how many wait. */
export class Pace {
  readonly #every: number;
  /** When the bucket is full again. */
  #full = 0;
  #pausedUntil = 0;

  constructor(private readonly limits: PaceLimits, private readonly clock: () => number = () => performance.now()) {
    this.#every = 60_000 / limits.perMinute;
  }

  /** @throws PaceExceeded, or what the signal was aborted with */
  async turn(urgent: boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = this.clock();
    const ahead = (this.limits.burst + (urgent ? this.limits.reserve : 0) - 1) * this.#every;
    const full = Math.max(this.#full, now);
    let at = Math.max(full - ahead, this.#pausedUntil);
    if (at - now > this.limits.mostWaitMs) throw new PaceExceeded(at - now);
    this.#full = full + this.#every;
    while (at > this.clock()) {
      await setTimeout(at - this.clock(), undefined, { signal });
      at = Math.max(at, this.#pausedUntil);
      if (at - now > this.limits.mostWaitMs) throw new PaceExceeded(at - now);
    }
  }

  /** The server asked to wait. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.clock() + ms);
  }
}
