/**
 * Highest (or lowest) of the last `size` numbers in O(1) amortised: a queue of falling candidates,
 * after D. Lemire, "Streaming maximum-minimum filter" (2006).
 */
export class RollingExtreme {
  private readonly values: Float64Array;
  private readonly places: Float64Array;
  private head = 0;
  private length = 0;
  private count = 0;
  private readonly sign: 1 | -1;

  constructor(private readonly size: number, kind: 'highest' | 'lowest') {
    this.values = new Float64Array(size);
    this.places = new Float64Array(size);
    this.sign = kind === 'highest' ? 1 : -1;
  }

  /** Null until `size` numbers were pushed. */
  get value(): number | null {
    return this.count < this.size ? null : this.values[this.head]! * this.sign;
  }

  push(value: number): void {
    const { values, places, size } = this;
    const signed = value * this.sign;
    if (this.length > 0 && places[this.head]! <= this.count - size) {
      this.head = (this.head + 1) % size;
      this.length -= 1;
    }
    let tail = (this.head + this.length) % size;
    while (this.length > 0) {
      const last = tail === 0 ? size - 1 : tail - 1;
      if (values[last]! > signed) break;
      tail = last;
      this.length -= 1;
    }
    values[tail] = signed;
    places[tail] = this.count;
    this.length += 1;
    this.count += 1;
  }
}
