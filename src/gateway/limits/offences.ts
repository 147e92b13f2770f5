import { SlidingWindow } from './sliding-window.js';

const MINUTE_MS = 60_000;
/** "RATE_LIMITED goes on": this many refusals within the time. At 50 commands a second it takes one who sends 60, for ever. */
const REFUSALS = 100;
const REFUSALS_WITHIN_MS = 10_000;

/** What one connection did wrong lately; says when it has to go. */
export class Offences {
  readonly #badFrames: SlidingWindow;
  readonly #refusals = new SlidingWindow(REFUSALS - 1, REFUSALS_WITHIN_MS);

  constructor(limits: { readonly badFramesPerMinute: number }) {
    this.#badFrames = new SlidingWindow(limits.badFramesPerMinute - 1, MINUTE_MS);
  }

  /** A frame that was not a valid command. True with the 50th (`badFramesPerMinute`) within a minute: close 4400. */
  badFrame(now: number): boolean {
    return this.#badFrames.take(now) > 0;
  }

  /** A command that was answered RATE_LIMITED. True with the 100th within 10 s: close 4429. */
  refused(now: number): boolean {
    return this.#refusals.take(now) > 0;
  }
}
