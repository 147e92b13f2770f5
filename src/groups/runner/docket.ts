import type { HeardEvent } from './heard.js';

const MOST_AT_ONCE = 4;
/** Ids that a repeat is known by. */
const MOST_REMEMBERED = 10_000;

/** An event with what it is about. */
export interface Case {
  readonly event: HeardEvent;
  readonly symbol: string;
}

/** What waits to be discussed: higher priority first, then as it came; one at a time for each symbol, four in all. */
export class Docket {
  private readonly waiting: Case[] = [];
  private readonly running = new Map<string, Case>();
  private readonly done = new Set<string>();
  private isClosed = false;
  private idle: (() => void)[] = [];

  /** @param discuss resolves true once the event is done with, false where it must come again; never rejects */
  constructor(private readonly discuss: (one: Case) => Promise<boolean>) {}

  /** `done`: it was settled before and has come again; `known`: it waits or runs already. */
  add(one: Case): 'taken' | 'known' | 'done' {
    const { id } = one.event;
    if (this.done.has(id)) return 'done';
    if (this.isClosed || this.waiting.some(({ event }) => event.id === id) || [...this.running.values()].some(({ event }) => event.id === id)) return 'known';
    const behind = this.waiting.findIndex(({ event }) => event.priority < one.event.priority);
    this.waiting.splice(behind < 0 ? this.waiting.length : behind, 0, one);
    this.next();
    return 'taken';
  }

  /** Nothing more begins. Resolves when what runs has ended. */
  close(): Promise<void> {
    this.isClosed = true;
    return this.running.size === 0 ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve));
  }

  private next(): void {
    while (!this.isClosed && this.running.size < MOST_AT_ONCE) {
      const at = this.waiting.findIndex(({ symbol }) => !this.running.has(symbol));
      if (at < 0) return;
      void this.run(this.waiting.splice(at, 1)[0]!);
    }
  }

  private async run(one: Case): Promise<void> {
    this.running.set(one.symbol, one);
    if (await this.discuss(one)) this.remember(one.event.id);
    this.running.delete(one.symbol);
    this.next();
    if (this.running.size === 0) for (const resolve of this.idle.splice(0)) resolve();
  }

  private remember(id: string): void {
    this.done.add(id);
    if (this.done.size > MOST_REMEMBERED) this.done.delete(this.done.values().next().value!);
  }
}
