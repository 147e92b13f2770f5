import { Batch } from './batch.js';

/** Something with output that waits to be written. */
export interface Flushable {
  flush(): void;
}

/** Longest wait before a write, in milliseconds. */
const LONGEST_WINDOW = 8;
/** The window's length in rounds of writes: so writing takes about a ninth of the time, until the longest window. */
const ROUNDS = 8;

/**
 * Writes what has gathered, each client once per window. Idle, the window is the rest of the event loop's turn; under
 * load it grows with the time that a round of writes takes.
 */
export class FlushLoop {
  /** The empty sequence, from which all that waits in this window branches. */
  root = Batch.root();
  private waiting: Flushable[] = [];
  private scheduled = false;
  private lastEnd = 0;
  private window = 0;

  mark(client: Flushable): void {
    this.waiting.push(client);
    if (this.scheduled) return;
    this.scheduled = true;
    const rest = this.window < 1 ? 0 : this.lastEnd + this.window - performance.now();
    if (rest >= 1) setTimeout(this.round, rest);
    else setImmediate(this.round);
  }

  private readonly round = (): void => {
    const start = performance.now();
    const clients = this.waiting;
    this.waiting = [];
    this.scheduled = false;
    this.root = Batch.root();
    for (const client of clients) client.flush();
    this.lastEnd = performance.now();
    this.window = Math.min(ROUNDS * (this.lastEnd - start), LONGEST_WINDOW);
  };
}
