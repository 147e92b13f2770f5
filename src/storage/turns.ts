const PATIENCE_MS = 10_000;

interface Waiting {
  readonly go: () => void;
  readonly refuse: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Whoever waits for the one connection, first come, first served. */
export class Turns {
  #taken = false;
  #ended = false;
  #waiting: Waiting[] = [];

  constructor(private readonly patienceMs = PATIENCE_MS) {}

  /** Resolves when it is the caller's turn, which ends with `pass()`. Rejects after 10 s, and after `end()`. */
  async take(): Promise<void> {
    if (this.#ended) throw new Error('The database is closed');
    if (!this.#taken) {
      this.#taken = true;
      return;
    }
    await new Promise<void>((go, refuse) => {
      const timer = setTimeout(() => this.#giveUp(timer), this.patienceMs);
      this.#waiting.push({ go, refuse, timer });
    });
  }

  pass(): void {
    const next = this.#waiting.shift();
    this.#taken = next !== undefined;
    if (!next) return;
    clearTimeout(next.timer);
    next.go();
  }

  /** Waits for those who are in line, and lets nobody join it any more. */
  async end(): Promise<void> {
    if (this.#ended) return;
    const mine = this.take();
    this.#ended = true;
    await mine;
  }

  #giveUp(timer: NodeJS.Timeout): void {
    const gone = this.#waiting.find((one) => one.timer === timer);
    this.#waiting = this.#waiting.filter((one) => one !== gone);
    gone?.refuse(new TurnTimeout(this.patienceMs));
  }
}

class TurnTimeout extends Error {
  /** As SQLite says it when another process has the file, so that it counts as unavailable. */
  readonly code = 'SQLITE_BUSY';

  constructor(waitedMs: number) {
    super(
      `No turn at the database in ${waitedMs / 1000} s: a transaction is still open. `
        + 'Inside a transaction use only its own handle, and await nothing else',
    );
    this.name = 'TurnTimeout';
  }
}
