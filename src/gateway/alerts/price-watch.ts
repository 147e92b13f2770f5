import type { Alert } from './alert.js';

interface Threshold {
  readonly value: number;
  readonly alert: Alert;
}

/** The alerts on one symbol's price. A price between the nearest two thresholds costs two comparisons. */
export class PriceWatch {
  private last: number | null;
  private readonly above: Threshold[] = [];
  private readonly below: Threshold[] = [];
  /** Strictly between these no threshold lies. */
  private low = Number.NEGATIVE_INFINITY;
  private high = Number.POSITIVE_INFINITY;

  /** @param last the price before the first that it sees; null: that one is only the beginning */
  constructor(last: number | null) {
    this.last = last;
  }

  get price(): number | null {
    return this.last;
  }

  get isEmpty(): boolean {
    return this.above.length === 0 && this.below.length === 0;
  }

  add(alert: Alert): void {
    const { list, value } = this.placeOf(alert);
    list.splice(firstFrom(list, value), 0, { value, alert });
    this.surround();
  }

  remove(alert: Alert): void {
    const { list, value } = this.placeOf(alert);
    for (let at = firstFrom(list, value); list[at]?.value === value; at += 1) {
      if (list[at]!.alert.alertId !== alert.alertId) continue;
      list.splice(at, 1);
      break;
    }
    this.surround();
  }

  /** The alerts whose threshold the price has crossed; null where it has passed none, in whatever direction. */
  see(price: number): readonly Alert[] | null {
    const { last } = this;
    this.last = price;
    if (price > this.low && price < this.high && last !== null) return null;
    this.surround();
    if (last === null || price === last) return [];
    const crossed = price > last
      ? this.above.slice(firstFrom(this.above, last), firstFrom(this.above, price)) // last ≤ value < price
      : this.below.slice(firstAfter(this.below, price), firstAfter(this.below, last)); // price < value ≤ last
    return crossed.map(({ alert }) => alert);
  }

  private placeOf({ when: { op, value } }: Alert): { list: Threshold[]; value: number } {
    return { list: op === 'crosses_above' ? this.above : this.below, value: value as number };
  }

  private surround(): void {
    const price = this.last;
    if (price === null) return;
    const under = [this.above, this.below].map((list) => list[firstAfter(list, price) - 1]?.value ?? Number.NEGATIVE_INFINITY);
    const over = [this.above, this.below].map((list) => list[firstFrom(list, price)]?.value ?? Number.POSITIVE_INFINITY);
    this.low = Math.max(...under);
    this.high = Math.min(...over);
  }
}

/** Index of the first threshold at or over a value, in a list that is sorted. */
const firstFrom = (list: readonly Threshold[], value: number): number => search(list, (threshold) => threshold >= value);
/** Index of the first threshold over a value. */
const firstAfter = (list: readonly Threshold[], value: number): number => search(list, (threshold) => threshold > value);

function search(list: readonly Threshold[], fits: (threshold: number) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fits(list[middle]!.value)) high = middle;
    else low = middle + 1;
  }
  return low;
}
