import type { Instrument } from '../model/instrument.js';
import { newYorkOffsetMs } from '../model/new-york.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * What `change_pct` compares with. Equities: the last price of the New York calendar day with prices before this one.
 * What always trades: the price of 24 hours ago, to the hour. Without such a past: the first price known.
 */
export class ChangeReference {
  /** Equities: where the next New York day begins. Others: the next hour, UTC. */
  #next = Number.NEGATIVE_INFINITY;
  #reference: number | null = null;
  #last: number | null = null;
  /** First price of each hour of the last day. */
  readonly #hours: { readonly hour: number; readonly price: number }[] = [];

  constructor(private readonly hours: Instrument['hours']) {}

  /** In the order of time; `time` is when the price was known, epoch milliseconds. */
  see(price: number, time: number): void {
    if (time >= this.#next) {
      if (this.hours === 'us_equity') this.#nextDay(time);
      else this.#nextHour(price, time);
    }
    this.#reference ??= price;
    this.#last = price;
  }

  /** Percent, to four decimals; null before the first price. */
  change(price: number): number | null {
    return this.#reference === null ? null : Math.round(1e6 * (price / this.#reference - 1)) / 1e4;
  }

  #nextDay(time: number): void {
    const offset = newYorkOffsetMs(time);
    this.#next = (Math.floor((time + offset) / DAY) + 1) * DAY - offset;
    if (this.#last !== null) this.#reference = this.#last;
  }

  #nextHour(price: number, time: number): void {
    const hour = Math.floor(time / HOUR);
    this.#next = (hour + 1) * HOUR;
    this.#hours.push({ hour, price });
    while (this.#hours[0]!.hour < hour - 24) this.#hours.shift();
    this.#reference = this.#hours[0]!.price;
  }
}
