interface Timed {
  readonly time: number;
}

/** The newest `capacity` items in order of their time. */
export class CandleRing<Item extends Timed> {
  readonly #items: Item[] = [];
  /** Where the oldest lies once the ring is full. */
  #start = 0;

  constructor(private readonly capacity: number) {
    if (!(Number.isInteger(capacity) && capacity > 0)) throw new RangeError(`A ring of ${capacity}: give a whole number above 0`);
  }

  get size(): number {
    return this.#items.length;
  }

  get last(): Item | undefined {
    return this.#at(this.size - 1);
  }

  /** Must be later than `last`. */
  push(item: Item): void {
    if (this.size < this.capacity) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#start] = item;
    this.#start = (this.#start + 1) % this.capacity;
  }

  /** At most `count` newest, oldest first. */
  latest(count: number): Item[] {
    return this.#slice(this.size - count, this.size);
  }

  /** At most `count` newest of those earlier than `time`, oldest first. */
  before(time: number, count: number): Item[] {
    let [low, high] = [0, this.size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#at(middle)!.time < time) low = middle + 1;
      else high = middle;
    }
    return this.#slice(low - count, low);
  }

  #at(index: number): Item | undefined {
    return this.#items[(this.#start + index) % this.capacity];
  }

  #slice(from: number, to: number): Item[] {
    const items: Item[] = [];
    for (let index = Math.max(0, from); index < to; index++) items.push(this.#at(index)!);
    return items;
  }
}
