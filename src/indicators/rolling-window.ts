/**
 * The last `size` numbers, their mean and their population deviation.
 * Both are summed anew on each call: a sliding sum leaves residue that a flat price or a quiet market would show as movement.
 */
export class RollingWindow {
  private readonly values: Float64Array;
  private count = 0;

  constructor(private readonly size: number) {
    this.values = new Float64Array(size);
  }

  push(value: number): void {
    this.values[this.count % this.size] = value;
    this.count += 1;
  }

  get full(): boolean {
    return this.count >= this.size;
  }

  /** Of what is there so far; 0 when empty. */
  sum(): number {
    const { values } = this;
    let sum = 0;
    for (let at = 0; at < values.length; at++) sum += values[at]!;
    return sum;
  }

  /** Null until the window is full. */
  mean(): number | null {
    return this.full ? this.sum() / this.size : null;
  }

  /** Divided by `size`, not `size − 1`. Null until the window is full. */
  deviation(): number | null {
    if (!this.full) return null;
    const { values } = this;
    const mean = this.sum() / this.size;
    let squares = 0;
    for (let at = 0; at < values.length; at++) {
      const distance = values[at]! - mean;
      squares += distance * distance;
    }
    return Math.sqrt(squares / this.size);
  }
}
