import type { Tick } from '../../model/candle.js';

/** How far a market has heard its feed (`Feed.start`), also where rounds were said by halves or come twice. */
export class FeedPosition {
  /** Everything up to here was said. */
  at = 0;
  /** Some of what lies between `at` and here was said as well. */
  #furthest = 0;
  #begin = 0;
  readonly #last = new Map<string, number>();

  begin(at: number): void {
    this.at = this.#furthest = this.#begin = at;
  }

  /** A tick was said. */
  tick({ symbol, time }: Tick): void {
    this.#last.set(symbol, time);
    if (time > this.#furthest) this.#furthest = time;
  }

  reach(position: number): void {
    if (position > this.at) this.at = position;
  }

  /** False where what follows `after` is new as a whole. */
  mayRepeat(after: number): boolean {
    return after < this.at || this.#furthest > this.at;
  }

  /** True where all up to `position` was said. */
  has(position: number): boolean {
    return position <= this.at;
  }

  /** Where it may repeat: is this symbol's tick new? */
  isNew({ symbol, time }: Tick): boolean {
    return time > (this.#last.get(symbol) ?? this.#begin);
  }
}
