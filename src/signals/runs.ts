import { v7 as timeOrderedId } from 'uuid';
import { CodedError } from '../model/codes.js';
import type { Depth, Trigger } from '../model/trigger.js';
import type { RoomWriter } from '../rooms/room-writer.js';
import type { Run } from './run.js';
import type { RunStore } from './run-store.js';
import type { Signal } from './signal.js';
import type { SignalFlow } from './signal.flow.js';

/** A run under way, for those who ask for the same. */
export interface RunTicket {
  readonly run: Run;
  /** True where the request joined a run under way. */
  readonly shared: boolean;
  /** Resolves once the run's row is stored: from then on it is not lost. */
  readonly stored: Promise<void>;
  /** Resolves when its end is stored and said; null without a signal. Never rejects. */
  readonly ended: Promise<Signal | null>;
}

/** Told of every run that reached its end, with or without a signal. */
export interface RunObserver {
  (run: Run, signal: Signal | null): void;
}

/** Runs at once; further ones wait in order. */
const MOST_RUNNING = 64;

/** The runs of this node: one open per symbol and depth, begun in order. */
export class Runs {
  private readonly open = new Map<string, Omit<RunTicket, 'shared'>>();
  private readonly waiting: (() => void)[] = [];
  private readonly observers: RunObserver[] = [];
  private running = 0;
  private draining = false;

  constructor(
    private readonly flow: SignalFlow,
    private readonly store: RunStore,
    private readonly writer: RoomWriter,
    /** Aborted when the process cannot wait for the database any longer. */
    private readonly giveUp: AbortController,
    private readonly onFault: (error: Error) => void,
  ) {}

  /** Joins the open run of this symbol and depth, or makes one. `symbol` in its one spelling. */
  request(symbol: string, depth: Depth, trigger: Trigger): RunTicket {
    const key = `${symbol} ${depth}`;
    const under = this.open.get(key);
    if (under) return { ...under, shared: true };
    if (this.draining) throw new CodedError('DRAINING', 'This node is shutting down: ask another, or again in a moment');
    const run: Run = { runId: timeOrderedId(), symbol, depth, trigger, requestedAt: Date.now(), attempt: 1 };
    const stored = this.writer.say({ store: (tx) => this.store.open(tx, run) }).then(() => undefined);
    return { ...this.begin(key, run, stored), shared: false };
  }

  /** Takes up what an earlier process was asked for and did not end. */
  async resume(): Promise<number> {
    const left = await this.store.takeUp();
    for (const run of left) this.begin(`${run.symbol} ${run.depth}`, run, Promise.resolve());
    return left.length;
  }

  observe(observer: RunObserver): void {
    this.observers.push(observer);
  }

  get counts(): { waiting: number; running: number } {
    return { waiting: this.waiting.length, running: this.running };
  }

  /** Takes no more, and resolves when those under way have ended. After `graceMs` what is not stored is left to the next start. */
  async drain(graceMs: number): Promise<void> {
    this.draining = true;
    const timer = setTimeout(() => this.giveUp.abort(), graceMs);
    await Promise.all([...this.open.values()].map(({ ended }) => ended));
    clearTimeout(timer);
  }

  private begin(key: string, run: Run, stored: Promise<void>): Omit<RunTicket, 'shared'> {
    const ended = this.perform(run, stored).finally(() => this.open.delete(key));
    const ticket = { run, stored, ended };
    this.open.set(key, ticket);
    return ticket;
  }

  /** A request's row is stored before its work begins; of the others row and end may share a transaction. */
  private async perform(run: Run, stored: Promise<void>): Promise<Signal | null> {
    try {
      if (run.trigger.kind === 'request') await stored;
      else stored.catch(() => undefined); // the end's transaction fails for the same reason, and says so
      await this.turn();
    } catch {
      return null; // the requester has the reason from `stored`; nothing was begun
    }
    let signal: Signal | null = null;
    try {
      signal = await this.flow.run(run);
    } catch (error) {
      await this.fail(run, error);
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
    for (const observer of this.observers) observer(run, signal);
    return signal;
  }

  private turn(): Promise<void> | void {
    this.running += 1;
    if (this.running <= MOST_RUNNING) return;
    this.running -= 1;
    return new Promise((resolve) => this.waiting.push(() => { this.running += 1; resolve(); }));
  }

  private async fail(run: Run, error: unknown): Promise<void> {
    const code = error instanceof CodedError ? error.code : 'INTERNAL';
    this.onFault(new Error(`run ${run.runId} of ${run.symbol} failed`, { cause: error }));
    const message = error instanceof CodedError ? error.message : `${run.symbol}: the analysis failed on our side; ask again`;
    try {
      await this.flow.fail(run, code, message);
    } catch (again) {
      // its row stays open: the next start takes it up
      this.onFault(new Error(`the end of run ${run.runId} could not be stored`, { cause: again }));
    }
  }
}
