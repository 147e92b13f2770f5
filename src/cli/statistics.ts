import type { Message, Position } from '../client/index.js';

/** What was received: counts, rate, positions, ages. Times come in as arguments, epoch milliseconds. */
export class Statistics {
  readonly #counts = new Map<string, number>();
  readonly #offsets = new Map<string, Position>();
  #total = 0;
  #ageSum = 0;
  #aged = 0;
  gaps = 0;
  reconnects = 0;

  constructor(private readonly startedAt: number) {}

  get total(): number {
    return this.#total;
  }

  add({ type, timestamp, room, epoch, offset, snapshot, replayed }: Message, receivedAt: number): void {
    this.#total += 1;
    this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1);
    if (room !== undefined && epoch !== undefined && offset !== undefined) this.#place(room, { epoch, offset });
    if (timestamp === undefined || snapshot === true || replayed === true) return; // sent earlier than now
    const age = receivedAt - Date.parse(timestamp);
    if (Number.isNaN(age)) return;
    this.#ageSum += age;
    this.#aged += 1;
  }

  /** Messages a second. */
  rate(now: number): number {
    return this.#total / Math.max(0.001, (now - this.startedAt) / 1000);
  }

  /** For machines; the age in milliseconds. */
  summary(now: number): Record<string, unknown> {
    return {
      seconds: (now - this.startedAt) / 1000,
      total: this.#total,
      rate: Number(this.rate(now).toFixed(2)),
      counts: Object.fromEntries(this.#sorted()),
      rooms: Object.fromEntries(this.#offsets),
      gaps: this.gaps,
      reconnects: this.reconnects,
      mean_age_ms: this.#aged === 0 ? null : Number((this.#ageSum / this.#aged).toFixed(1)),
    };
  }

  /** For readers. */
  lines(now: number): string[] {
    const seconds = ((now - this.startedAt) / 1000).toFixed(1);
    const width = Math.max(0, ...[...this.#counts.keys()].map((type) => type.length));
    const age = this.#aged === 0 ? 'not known' : `${(this.#ageSum / this.#aged).toFixed(1)} ms`;
    return [
      `${this.#total} messages in ${seconds} s, ${this.rate(now).toFixed(1)} a second, mean delivery age ${age}`,
      ...this.#sorted().map(([type, count]) => `  ${type.padEnd(width)}  ${count}`),
      ...[...this.#offsets].sort().map(([room, { epoch, offset }]) => `  ${room} at offset ${offset} (epoch ${epoch})`),
      `  gaps ${this.gaps}, reconnects ${this.reconnects}`,
    ];
  }

  #place(room: string, position: Position): void {
    const last = this.#offsets.get(room);
    if (last?.epoch !== position.epoch || position.offset > last.offset) this.#offsets.set(room, position);
  }

  #sorted(): [string, number][] {
    return [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  }
}
