import { elapsedClock } from './elapsed.js';
import type { Leases } from './leases.js';

export interface LeaseEvents {
  gained(term: number): void;
  /** It is over, whether given back, lapsed or found lapsed: nothing may be said under this term any more. */
  lost(term: number): void;
  /** Another holder's term, as often as it is looked for. */
  seen?(term: number): void;
}

export interface LeaseKeeperOptions {
  readonly leases: Pick<Leases, 'acquire' | 'renew' | 'release'>;
  readonly name: string;
  /** Of this process alone, also after a restart. */
  readonly holder: string;
  readonly ttlMs?: number;
  readonly renewMs?: number;
  /** How much earlier than the row this process takes the lease for lapsed: clocks that run unequally, a write on its way. */
  readonly marginMs?: number;
  /** Milliseconds that have passed; it goes on while the process is stopped. */
  readonly clock?: () => number;
  /** The database did not answer: tried again. */
  readonly onError: (error: unknown) => void;
}

/** After a failure, and at the latest after the other's lease lapses. */
const RETRY_MS = 500;
const PUNCTUAL_MS = 20;

/**
 * Tries to get a lease and keeps it. What it holds ends here `marginMs` before it ends in the row, counted from before the
 * renewal was sent. So a process that was stopped for longer finds out by its own clock at its first `isHeld()`, before
 * it says anything. With the defaults another takes over 6.1 s after the last renewal at the latest.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #ttlMs: number;
  readonly #renewMs: number;
  readonly #marginMs: number;
  readonly #clock: () => number;
  #events: LeaseEvents | null = null;
  #term: number | null = null;
  #deadline = 0;
  #timer: NodeJS.Timeout | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #beating: Promise<void> | null = null;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#ttlMs = options.ttlMs ?? 6000;
    this.#renewMs = options.renewMs ?? 2000;
    this.#marginMs = options.marginMs ?? 1000;
    this.#clock = options.clock ?? elapsedClock();
  }

  /** Resolves when it was tried for once. */
  start(events: LeaseEvents): Promise<void> {
    this.#events = events;
    return this.#beat();
  }

  /** Ask before each thing that is said. The first to find it lapsed makes it known, before it answers. */
  isHeld(): boolean {
    if (this.#term === null) return false;
    if (this.#clock() < this.#deadline) return true;
    this.#lose();
    return false;
  }

  /** null where it is not held. */
  get term(): number | null {
    return this.isHeld() ? this.#term : null;
  }

  /** Another was heard to have it. */
  deposed(): void {
    this.#lose();
  }

  /** It may be free: tries at once. */
  tryNow(): void {
    if (this.#events && this.#term === null) void this.#beat();
  }

  /** Gives it back. */
  async stop(): Promise<void> {
    const term = this.#term;
    this.#lose();
    this.#events = null;
    clearTimeout(this.#timer);
    await this.#beating;
    clearTimeout(this.#timer);
    const { leases, name, holder, onError } = this.#options;
    if (term !== null) await leases.release(name, holder, term).catch(onError); // else it lapses
  }

  #lose(): void {
    const term = this.#term;
    if (term === null) return;
    this.#term = null;
    clearTimeout(this.#expiry);
    this.#events?.lost(term);
  }

  #beat(): Promise<void> {
    clearTimeout(this.#timer);
    this.#beating ??= this.#try()
      .catch((error: unknown) => {
        this.#options.onError(error);
        return RETRY_MS;
      })
      .then((wait) => {
        this.#beating = null;
        if (this.#events) this.#timer = setTimeout(() => void this.#beat(), wait).unref();
      });
    return this.#beating;
  }

  /** Answers when to come again. */
  async #try(): Promise<number> {
    const { leases, name, holder } = this.#options;
    const sent = this.#clock();
    if (this.isHeld()) {
      const term = this.#term!;
      const kept = await leases.renew(name, holder, term, this.#ttlMs);
      if (this.#term !== term) return 0;
      if (!kept) {
        this.#lose();
        return 0;
      }
      this.#hold(term, sent);
      return this.#renewMs;
    }
    const claim = await leases.acquire(name, holder, this.#ttlMs);
    if (!claim.held) {
      this.#events?.seen?.(claim.term);
      return Math.min(this.#renewMs, claim.freeInMs + PUNCTUAL_MS);
    }
    if (!this.#events) {
      await leases.release(name, holder, claim.term);
      return 0;
    }
    this.#hold(claim.term, sent);
    if (!this.isHeld()) return 0; // the answer took as long as the lease lasts
    this.#events.gained(claim.term);
    return this.#renewMs;
  }

  #hold(term: number, sent: number): void {
    this.#term = term;
    this.#deadline = sent + this.#ttlMs - this.#marginMs;
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.isHeld(), Math.max(0, this.#deadline - this.#clock()) + 1).unref();
  }
}
