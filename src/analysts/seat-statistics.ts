import { ABSTAIN_REASONS, ACTIONS, type AbstainReason, type Action, type Vote } from '../model/opinion.js';
import type { Agreement, SeatStatistics } from '../model/wire/analysts.js';
import { LatencyHistogram } from './latency-histogram.js';

/** What is counted of one analyst, so that the counts of several nodes can be added up. JSON. */
export interface SeatCounts {
  readonly id: string;
  readonly asked: number;
  readonly votes: Readonly<Record<Action, number>>;
  readonly abstained: Readonly<Record<AbstainReason, number>>;
  /** Milliseconds. */
  readonly latencySum: number;
  readonly latencies: readonly (readonly [bucket: number, count: number])[];
  readonly majority: Compared;
  readonly signals: Compared;
}

type Compared = Omit<Agreement, 'share'>;

/** Counters of one analyst at this node. */
export class SeatCounters {
  #asked = 0;
  readonly #votes = zeros(ACTIONS);
  readonly #abstained = zeros(ABSTAIN_REASONS);
  #latencySum = 0;
  readonly #latencies = new LatencyHistogram();
  readonly #majority = { runs: 0, with: 0 };
  readonly #signals = { runs: 0, with: 0 };

  constructor(readonly id: string) {}

  count({ signal, reason, latencyMs }: Vote): void {
    if (signal !== 'ABSTAIN') this.#votes[signal]++;
    else if (reason !== undefined) this.#abstained[reason]++;
    this.#latencySum += latencyMs;
    this.#latencies.add(latencyMs);
    this.#asked += 1;
  }

  /** Its vote beside what the run came to; `majority` null: there was none. */
  compare({ signal }: Vote, majority: Action | null, action: Action): void {
    if (signal === 'ABSTAIN') return;
    if (majority !== null) tick(this.#majority, signal === majority);
    tick(this.#signals, signal === action);
  }

  get counts(): SeatCounts {
    return {
      id: this.id, asked: this.#asked, votes: { ...this.#votes }, abstained: { ...this.#abstained }, latencySum: this.#latencySum, latencies: this.#latencies.sparse,
      majority: { ...this.#majority }, signals: { ...this.#signals },
    };
  }
}

/** Of one analyst, at one node or at several. */
export function statisticsOf(id: string, parts: readonly SeatCounts[]): SeatStatistics {
  const asked = sum(parts, (part) => part.asked);
  const latencies = LatencyHistogram.of(...parts.map((part) => part.latencies));
  const [median, p95] = [latencies.quantile(0.5), latencies.quantile(0.95)];
  const compared = (of: (part: SeatCounts) => Compared): Agreement => {
    const [runs, agreed] = [sum(parts, (part) => of(part).runs), sum(parts, (part) => of(part).with)];
    return { runs, with: agreed, share: runs === 0 ? null : agreed / runs };
  };
  return {
    id, asked, votes: added(ACTIONS, parts.map(({ votes }) => votes)), abstained: added(ABSTAIN_REASONS, parts.map(({ abstained }) => abstained)),
    latency: median === null || p95 === null ? null : { mean: sum(parts, ({ latencySum }) => latencySum) / asked, median, p95 },
    majority: compared(({ majority }) => majority), signals: compared(({ signals }) => signals),
  };
}

/** By analyst, whoever of the nodes has counted something of it. */
export function clusterStatistics(nodes: readonly (readonly SeatCounts[])[]): ReadonlyMap<string, SeatStatistics> {
  const all = nodes.flat();
  return new Map([...new Set(all.map(({ id }) => id))].map((id) => [id, statisticsOf(id, all.filter((part) => part.id === id))]));
}

function tick(count: { runs: number; with: number }, agrees: boolean): void {
  count.runs += 1;
  if (agrees) count.with += 1;
}

const sum = <T>(parts: readonly T[], of: (part: T) => number): number => parts.reduce((all, part) => all + of(part), 0);

const added = <K extends string>(keys: readonly K[], parts: readonly Readonly<Record<K, number>>[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, sum(parts, (part) => part[key] ?? 0)])) as Record<K, number>;

const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
