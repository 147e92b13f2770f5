import { setTimeout } from 'node:timers/promises';

/** It would have to wait for too long, and was not sent. */
export class PaceExceeded extends Error {
  constructor(readonly waitMs: number) {
    super(`It would have to wait ${Math.ceil(waitMs / 1000)} s for its turn: Alpaca takes 200 requests a minute`);
    this.name = 'PaceExceeded';
  }
}

export interface PaceLimits {
  /** Steady rate. With `burst`, `orders` and `cancels` it is what a minute can see at most: 200. */
  readonly perMinute: number;
  /** So many may go at once. */
  readonly burst: number;
  /** So many more for orders: they pass reads. */
  readonly orders: number;
  /** And so many more for cancels, which pass orders: what may have to be stopped is what took the turns. */
  readonly cancels: number;
  readonly mostWaitMs: number;
}

export type Urgency = 'read' | 'order' | 'cancel';

export const ALPACA_PACE: PaceLimits = { perMinute: 120, burst: 30, orders: 20, cancels: 30, mostWaitMs: 20_000 };

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
  async turn(urgency: Urgency, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = this.clock();
    const { burst, orders, cancels } = this.limits;
    const ahead = (burst + (urgency === 'read' ? 0 : orders) + (urgency === 'cancel' ? cancels : 0) - 1) * this.#every;
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
