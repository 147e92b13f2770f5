/** What is known of one vector beside its numbers. Times in market milliseconds. */
export interface Indexed {
  readonly symbol: string;
  /** Opening of its last closed candle: its moment. */
  readonly candleTime: number;
  /** From then on until `resolvedAt` its outcome was open. */
  readonly asOf: number;
  readonly resolvedAt: number;
}

export interface Neighbour<Item> {
  readonly item: Item;
  /** Euclidean. */
  readonly distance: number;
}

const FIRST_ROOM = 1024;
/** Components after which a candidate is left where they alone are too far. */
const HEAD = 8;
/** Candidates of one pass: mostly enough, also where many lie within one horizon. */
const POOL = 64;

interface Ranked {
  readonly at: number;
  /** Squared distance. */
  readonly sum: number;
}

/**
 * Exact nearest neighbours over one flat array, newest `capacity` items: one pass that leaves a candidate where a part of
 * its distance is too far already.
 */
export class NearestIndex<Item extends Indexed> {
  private numbers: Float32Array;
  private readonly query: Float32Array;
  private resolved: Float64Array;
  private readonly items: Item[] = [];
  /** Where the next one goes once all places are taken. */
  private oldest = 0;

  constructor(private readonly size: number, private readonly capacity: number) {
    this.numbers = new Float32Array(Math.min(FIRST_ROOM, capacity) * size);
    this.resolved = new Float64Array(Math.min(FIRST_ROOM, capacity));
    this.query = new Float32Array(size);
  }

  get count(): number {
    return this.items.length;
  }

  /** In the place of the oldest where all are taken, which it returns. */
  add(item: Item, vector: readonly number[]): Item | null {
    const full = this.items.length === this.capacity;
    const at = full ? this.oldest : this.items.length;
    if (full) this.oldest = (at + 1) % this.capacity;
    else this.grow(at + 1);
    const replaced = full ? this.items[at]! : null;
    this.items[at] = item;
    this.resolved[at] = item.resolvedAt;
    this.numbers.set(vector, at * this.size);
    return replaced;
  }

  /**
   * At most `k`, nearest first, of those resolved by `asOf`. Two of one symbol lie at least a horizon apart (neither was
   * open while the other was), and no two are of one moment: neighbours that say the same thing twice count once.
   */
  nearest(vector: readonly number[], k: number, asOf: number): Neighbour<Item>[] {
    const chosen: Neighbour<Item>[] = [];
    if (vector.length !== this.size) throw new RangeError(`A vector of ${vector.length} numbers where ${this.size} are compared`);
    this.query.set(vector);
    let pool: Neighbour<Item>[];
    do {
      pool = this.pool(asOf, chosen);
      for (const each of pool) if (chosen.length < k && apart(chosen, each.item)) chosen.push(each);
    } while (pool.length === POOL && chosen.length < k); // the next pool has none that stand too near to those chosen
    return chosen;
  }

  /** The nearest 64 that are apart from those chosen, in order. */
  private pool(asOf: number, chosen: readonly Neighbour<Item>[]): Neighbour<Item>[] {
    const { numbers, query, resolved, size, items } = this;
    const pool: Ranked[] = [];
    const count = items.length;
    const head = Math.min(HEAD, size);
    let most = Number.POSITIVE_INFINITY;
    for (let at = 0, base = 0; at < count; at++, base += size) {
      let sum = 0;
      for (let i = 0; i < head; i++) {
        const by = numbers[base + i]! - query[i]!;
        sum += by * by;
      }
      if (sum > most) continue;
      for (let i = head; i < size; i++) {
        const by = numbers[base + i]! - query[i]!;
        sum += by * by;
      }
      if (sum > most || resolved[at]! > asOf || !apart(chosen, items[at]!)) continue;
      this.rank(pool, { at, sum });
      if (pool.length === POOL) most = pool[POOL - 1]!.sum;
    }
    return pool.map(({ at, sum }) => ({ item: items[at]!, distance: Math.sqrt(sum) }));
  }

  private rank(pool: Ranked[], one: Ranked): void {
    let place = pool.length;
    while (place > 0 && this.precedes(one, pool[place - 1]!)) place -= 1;
    pool.splice(place, 0, one);
    if (pool.length > POOL) pool.pop();
  }

  /** Among equally near ones the newer, then by symbol: never by the order in which they came in. */
  private precedes(a: Ranked, b: Ranked): boolean {
    if (a.sum !== b.sum) return a.sum < b.sum;
    const [left, right] = [this.items[a.at]!, this.items[b.at]!];
    return left.asOf !== right.asOf ? left.asOf > right.asOf : left.symbol < right.symbol;
  }

  private grow(count: number): void {
    if (count <= this.resolved.length) return;
    const room = Math.min(this.capacity, this.resolved.length * 2);
    const [numbers, resolved] = [new Float32Array(room * this.size), new Float64Array(room)];
    numbers.set(this.numbers);
    resolved.set(this.resolved);
    [this.numbers, this.resolved] = [numbers, resolved];
  }
}

const apart = (chosen: readonly Neighbour<Indexed>[], one: Indexed): boolean => {
  for (const { item } of chosen) if (tooNear(item, one)) return false;
  return true;
};

const tooNear = (a: Indexed, b: Indexed): boolean =>
  a.candleTime === b.candleTime || (a.symbol === b.symbol && a.asOf < b.resolvedAt && b.asOf < a.resolvedAt);
