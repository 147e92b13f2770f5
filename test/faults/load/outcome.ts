import { loadavg } from 'node:os';

/** How much load, and how often. */
export interface Counts {
  readonly rounds: number;
  readonly clients: number;
  readonly rooms: number;
  /** Of the load's writer; the nodes' own analyses come on top. */
  readonly perSecond: number;
}

/** What a scenario measured, and what did not hold. */
export interface Outcome {
  readonly scenario: string;
  readonly rounds: number;
  readonly clients: number;
  /** Rows of the log. */
  readonly messages: number;
  readonly deliveries: number;
  /** Logged messages that a client should have had and did not get, summed over the clients. */
  readonly missing: number;
  readonly duplicates: number;
  /** Milliseconds; what it is the time of, the scenario says. */
  readonly back: readonly number[];
  /** Empty: the guarantee held. */
  readonly failures: readonly string[];
  readonly notes: readonly string[];
}

/** @param values of any order */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

export const ms = (value: number): string => (Number.isNaN(value) ? '–' : `${Math.round(value)}`);

/** The table of the outcomes, and below it what each has to say. */
export function report(outcomes: readonly Outcome[]): string {
  const head = ['scenario', 'rounds', 'clients', 'messages', 'deliveries', 'missing', 'duplicates', 'back p50 ms', 'back p99 ms', 'verdict'];
  const rows = [head, ...outcomes.map((one) => [
    one.scenario, one.rounds, one.clients, one.messages, one.deliveries, one.missing, one.duplicates,
    ms(quantile(one.back, 0.5)), ms(quantile(one.back, 0.99)), one.failures.length === 0 ? 'held' : 'FAILED',
  ].map(String))];
  const widths = head.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const lines = rows.map((row) => row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '));
  const details = outcomes.flatMap(({ scenario, failures, notes }) => [
    ...failures.map((failure) => `  ${scenario}: FAILED: ${failure}`), ...notes.map((note) => `  ${scenario}: ${note}`),
  ]);
  return [...lines, ...details, `  load of the machine ${loadavg().map((load) => load.toFixed(1)).join(' ')}`].join('\n');
}
