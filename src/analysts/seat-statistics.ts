import { ABSTAIN_REASONS, ACTIONS, type Action, type Vote } from '../model/opinion.js';
import type { Agreement, SeatStatistics } from '../model/wire/analysts.js';
import { LatencyHistogram } from './latency-histogram.js';

/** Relative step of the median's estimate. */
const STEP = 1.02;

/** Counters of one analyst. The median is estimated in one word of memory (Ma, Muthukrishnan, Sandler: Frugal Streaming, 2013). */
export class SeatCounters {
  #asked = 0;
  readonly #votes = zeros(ACTIONS);
  readonly #abstained = zeros(ABSTAIN_REASONS);
  #latencySum = 0;
  #median = 0;
  readonly #latencies = new LatencyHistogram();
  readonly #majority = { runs: 0, with: 0 };
  readonly #signals = { runs: 0, with: 0 };

  constructor(readonly id: string) {}

  count({ signal, reason, latencyMs }: Vote): void {
    if (signal !== 'ABSTAIN') this.#votes[signal]++;
    else if (reason !== undefined) this.#abstained[reason]++;
    this.#latencySum += latencyMs;
    this.#latencies.add(latencyMs);
    this.#median = this.#asked++ === 0 || this.#median === 0 ? latencyMs : latencyMs > this.#median ? this.#median * STEP : latencyMs < this.#median ? this.#median / STEP : this.#median;
  }

  /** Its vote beside what the run came to; `majority` null: there was none. */
  compare({ signal }: Vote, majority: Action | null, action: Action): void {
    if (signal === 'ABSTAIN') return;
    if (majority !== null) tick(this.#majority, signal === majority);
    tick(this.#signals, signal === action);
  }

  snapshot(): SeatStatistics {
    const p95 = this.#latencies.quantile(0.95);
    const latency = p95 === null ? null : { mean: this.#latencySum / this.#asked, median: this.#median, p95 };
    return {
      id: this.id, asked: this.#asked, votes: { ...this.#votes }, abstained: { ...this.#abstained }, latency,
      majority: agreement(this.#majority), signals: agreement(this.#signals),
    };
  }
}

function tick(count: { runs: number; with: number }, agrees: boolean): void {
  count.runs += 1;
  if (agrees) count.with += 1;
}

const agreement = (count: { readonly runs: number; readonly with: number }): Agreement => ({ ...count, share: count.runs === 0 ? null : count.with / count.runs });

const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
