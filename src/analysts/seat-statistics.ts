import { ABSTAIN_REASONS, ACTIONS, type AbstainReason, type Action, type Vote } from '../model/opinion.js';

/** How one analyst has voted since the start. */
export interface SeatStatistics {
  readonly id: string;
  readonly asked: number;
  readonly votes: Readonly<Record<Action, number>>;
  readonly abstained: Readonly<Record<AbstainReason, number>>;
  /** Milliseconds; null before the first answer. */
  readonly latency: { readonly mean: number; readonly median: number } | null;
}

/** Relative step of the median's estimate. */
const STEP = 1.02;

/** Counters of one analyst. The median is estimated in one word of memory (Ma, Muthukrishnan, Sandler: Frugal Streaming, 2013). */
export class SeatCounters {
  #asked = 0;
  readonly #votes = zeros(ACTIONS);
  readonly #abstained = zeros(ABSTAIN_REASONS);
  #latencySum = 0;
  #median = 0;

  constructor(readonly id: string) {}

  count({ signal, reason, latencyMs }: Vote): void {
    if (signal !== 'ABSTAIN') this.#votes[signal]++;
    else if (reason !== undefined) this.#abstained[reason]++;
    this.#latencySum += latencyMs;
    this.#median = this.#asked++ === 0 || this.#median === 0 ? latencyMs : latencyMs > this.#median ? this.#median * STEP : latencyMs < this.#median ? this.#median / STEP : this.#median;
  }

  snapshot(): SeatStatistics {
    const latency = this.#asked === 0 ? null : { mean: this.#latencySum / this.#asked, median: this.#median };
    return { id: this.id, asked: this.#asked, votes: { ...this.#votes }, abstained: { ...this.#abstained }, latency };
  }
}

const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
