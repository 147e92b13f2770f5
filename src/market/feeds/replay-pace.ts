import { timerWait, type Wait } from './wait.js';

/** Behind by more than this is not made up for: a replay that was held up goes on at its pace, without a burst. */
const PATIENCE_MS = 1_000;

/** Lets market time pass `speed` times as fast as the clock; at 0 it never waits. */
export class Pace {
  #known: number | null = null;
  #due = 0;
  #end: (() => void) | null = null;
  #stopped = false;

  constructor(
    private readonly speed: number,
    private readonly clock: () => number = Date.now,
    private readonly wait: Wait = timerWait,
  ) {}

  /** Resolves when `knownAt` is due, or at `stop`. */
  async until(knownAt: number): Promise<void> {
    if (this.speed === 0 || this.#stopped) return;
    const now = this.clock();
    this.#due = this.#known === null ? now : this.#due + (knownAt - this.#known) / this.speed;
    this.#known = knownAt;
    if (this.#due < now - PATIENCE_MS) this.#due = now;
    if (this.#due <= now) return;
    await new Promise<void>((resolve) => {
      const cancel = this.wait(this.#due - now, resolve);
      this.#end = () => {
        cancel();
        resolve();
      };
    });
    this.#end = null;
  }

  stop(): void {
    this.#stopped = true;
    this.#end?.();
  }
}
