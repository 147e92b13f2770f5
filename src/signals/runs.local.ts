import { v7 as timeOrderedId } from 'uuid';
import { CodedError } from '../model/codes.js';
import type { Depth, Trigger } from '../model/trigger.js';
import type { RoomWriter } from '../rooms/room-writer.js';
import type { Run } from './run.js';
import type { RunStore } from './run-store.js';
import { endOf, type RunWork } from './run-work.js';
import { Runs, type RunEnd, type RunObserver, type RunTicket } from './runs.js';

/** Runs at once; further ones wait in order. */
const MOST_RUNNING = 64;

/** One node: a queue in the process, begun in order. */
export class LocalRuns extends Runs {
  private readonly open = new Map<string, RunTicket>();
  private readonly waiting: (() => void)[] = [];
  private readonly listeners: ((end: RunEnd) => void)[] = [];
  private running = 0;
  private draining = false;

  constructor(
    private readonly work: RunWork,
    private readonly store: RunStore,
    private readonly writer: RoomWriter,
    /** Aborted when the process cannot wait for the database any longer. */
    private readonly giveUp: AbortController,
  ) {
    super();
  }

  request(symbol: string, depth: Depth, trigger: Trigger): RunTicket {
    const key = `${symbol} ${depth}`;
    const under = this.open.get(key);
    if (under) return joined(under);
    if (this.draining) throw new CodedError('DRAINING', 'This node is shutting down: ask another, or again in a moment');
    const run: Run = { runId: timeOrderedId(), symbol, depth, trigger, requestedAt: Date.now(), attempt: 1 };
    return this.begin(key, run, this.writer.say({ store: (tx) => this.store.open(tx, run) }));
  }

  async resume(): Promise<number> {
    const left = await this.store.takeUp();
    for (const run of left) this.begin(`${run.symbol} ${run.depth}`, run, Promise.resolve());
    return left.length;
  }

  observe(observer: RunObserver): void {
    this.work.observe(observer);
  }

  onEnd(listener: (end: RunEnd) => void): void {
    this.listeners.push(listener);
  }

  get counts(): { waiting: number; running: number } {
    return { waiting: this.waiting.length, running: this.running };
  }

  async drain(graceMs: number): Promise<void> {
    this.draining = true;
    const timer = setTimeout(() => this.giveUp.abort(), graceMs);
    await Promise.all([...this.open.values()].map(({ ended }) => ended));
    clearTimeout(timer);
  }

  private begin(key: string, run: Run, row: Promise<unknown>): RunTicket {
    const asked = { runId: run.runId, shared: false };
    const stored = row.then(() => asked);
    const ended = this.perform(run, stored).then(() => {
      this.open.delete(key);
      return asked;
    });
    const ticket = { stored, ended };
    this.open.set(key, ticket);
    return ticket;
  }

  /** A request's row is stored before its work begins; of the others row and end may share a transaction. */
  private async perform(run: Run, stored: Promise<unknown>): Promise<void> {
    try {
      if (run.trigger.kind === 'request') await stored;
      else stored.catch(() => undefined); // the end's transaction fails for the same reason, and says so
      await this.turn();
    } catch {
      return; // the requester has the reason from `stored`; nothing was begun
    }
    const outcome = await this.work.perform(run);
    this.running -= 1;
    this.waiting.shift()?.();
    if (outcome.kind === 'ended') for (const listener of this.listeners) listener(endOf(run, outcome.signal));
  }

  private turn(): Promise<void> | void {
    this.running += 1;
    if (this.running <= MOST_RUNNING) return;
    this.running -= 1;
    return new Promise((resolve) => this.waiting.push(() => { this.running += 1; resolve(); }));
  }
}

const joined = ({ stored, ended }: RunTicket): RunTicket => ({
  get stored() { return stored.then(({ runId }) => ({ runId, shared: true })); },
  get ended() { return ended.then(({ runId }) => ({ runId, shared: true })); },
});
