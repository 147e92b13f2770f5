/** Hands on at most one a period, the latest: for what is said again and again and counts only as it is now. */
export class Conflation<T> {
  private lastAt = -Infinity;
  private waiting: { readonly value: T } | null = null;
  private timer: NodeJS.Timeout | null = null;

  /** `clock`: monotonic milliseconds. */
  constructor(
    private readonly periodMs: number,
    private readonly hand: (value: T) => void,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  offer(value: T): void {
    this.waiting = { value };
    if (this.timer) return;
    const rest = this.lastAt + this.periodMs - this.clock();
    if (rest <= 0) this.release();
    else this.timer = setTimeout(() => this.release(), rest).unref();
  }

  /** It was told by other means just now: what waited is older than that. */
  told(): void {
    this.drop();
    this.lastAt = this.clock();
  }

  /** What waits is not handed on. */
  drop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.waiting = null;
  }

  private release(): void {
    const { waiting } = this;
    this.drop();
    this.lastAt = this.clock();
    if (waiting) this.hand(waiting.value);
  }
}
