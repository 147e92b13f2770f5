const LEAST_MS = 0.001;
/** Each bucket ends 10 % above where it begins: an estimate is off by 5 % at most. */
const GROWTH = Math.log(1.1);
/** Up to 1000 s. */
const BUCKETS = Math.ceil(Math.log(1e9) / GROWTH);

/** Quantiles of latencies in bounded memory, exact to some 5 %, whatever the order of what is added. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(BUCKETS + 1);
  #total = 0;

  /** Buckets and how many are in each, as `sparse` has them. */
  static of(...parts: readonly (readonly (readonly [bucket: number, count: number])[])[]): LatencyHistogram {
    const histogram = new LatencyHistogram();
    for (const [bucket, count] of parts.flat()) {
      histogram.#counts[Math.min(bucket, BUCKETS)]! += count;
      histogram.#total += count;
    }
    return histogram;
  }

  /** Those that are not empty; two histograms are one if theirs are put together. */
  get sparse(): readonly (readonly [bucket: number, count: number])[] {
    return [...this.#counts.entries()].filter(([, count]) => count > 0);
  }

  add(ms: number): void {
    const bucket = ms > LEAST_MS ? Math.ceil(Math.log(ms / LEAST_MS) / GROWTH) : 0;
    this.#counts[Math.min(bucket, BUCKETS)]! += 1;
    this.#total += 1;
  }

  /** Milliseconds; null before the first. `share` 0 to 1: 0.95 is what 95 % of all did not exceed. */
  quantile(share: number): number | null {
    if (this.#total === 0) return null;
    let left = Math.max(1, Math.ceil(share * this.#total));
    const bucket = this.#counts.findIndex((count) => (left -= count) <= 0);
    return LEAST_MS * Math.exp((bucket - 0.5) * GROWTH);
  }
}
