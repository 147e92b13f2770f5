/** The last lines of the log, and who listens to it. A line is JSON as the logger wrote it, with its secrets censored. */
export class LogLines {
  readonly #last: string[] = [];
  readonly #listeners: ((line: string) => void)[] = [];

  constructor(private readonly keep = 200) {}

  /** For the logger. */
  write(line: string): void {
    this.#last.push(line);
    if (this.#last.length > this.keep) this.#last.shift();
    for (const listener of this.#listeners) listener(line);
  }

  /** Must neither throw nor log. */
  onLine(listener: (line: string) => void): void {
    this.#listeners.push(listener);
  }

  /** Oldest first. */
  get last(): readonly string[] {
    return this.#last;
  }
}
