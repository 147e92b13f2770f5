import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as timeOrderedId } from 'uuid';
import { CodedError } from '../model/codes.js';
import type { Depth, Trigger } from '../model/trigger.js';
import type { Fence } from '../storage/leases.js';
import type { Run } from './run.js';
import type { RunEnds } from './run-ends.js';
import type { RunQueue } from './run-queue.js';
import { endOf, type RunWork } from './run-work.js';
import { Runs, type AskedRun, type RunEnd, type RunObserver, type RunTicket } from './runs.js';
import type { OpenRun, SharedRunStore } from './shared-run-store.js';

export interface ClusterRunsNeeds {
  readonly store: SharedRunStore;
  readonly queue: RunQueue;
  readonly ends: RunEnds;
  readonly work: RunWork;
  /** Market time of a symbol's last price on this node; null before the first. */
  readonly marketTime: (symbol: string) => number | null;
  /** The lease of whoever may ask in the feed's name. */
  readonly lease: string;
  /** False on a node without the role `analyst`: it asks and waits only. */
  readonly performs: boolean;
  readonly isUnavailable: (error: unknown) => boolean;
  /** Aborted when the process cannot wait for the database any longer. */
  readonly giveUp: AbortController;
  readonly onFault: (error: Error) => void;
}

const SWEEP_MS = 2000;
/** What is younger may be on its way to the queue. */
const SWEEP_AFTER_MS = 2000;
const SWEEP_LIMIT = 1000;
/** A worker whose market is behind waits so long, then another may have the run. */
const BEHIND_MS = 2000;
const LOOK_MS = 5;
/** A run so old is done with what there is: nobody's market gets to where it was asked. */
const TOO_OLD_MS = 20_000;
/** Begun so often and never ended, it is the run that kills its workers. */
const MOST_ATTEMPTS = 10;
const LONGEST_WAIT_MS = 2000;

/**
 * Many nodes: a run is a row first, and the one open row of a symbol and depth is the single flight. Then the queue brings
 * it to a worker; the row says whether it is still to be done and counts the attempts. What the queue loses, a sweep of
 * the open rows puts back.
 */
export class ClusterRuns extends Runs {
  /** Requests whose row is not stored yet: those who ask for the same meanwhile join here, without the database. */
  private readonly asking = new Map<string, RunTicket>();
  private running = 0;
  private queued = 0;
  private draining = false;
  private sweeper: NodeJS.Timeout | undefined;

  constructor(private readonly needs: ClusterRunsNeeds) {
    super();
  }

  request(symbol: string, depth: Depth, trigger: Trigger, term: number | null = null): RunTicket {
    const key = `${symbol} ${depth}`;
    const under = this.asking.get(key);
    if (under) return joined(under);
    if (this.draining) throw new CodedError('DRAINING', 'This node is shutting down: ask another, or again in a moment');
    const run: Run = { runId: timeOrderedId(), symbol, depth, trigger, requestedAt: Date.now(), attempt: 0 };
    const stored = this.store(run, term === null ? null : { lease: this.needs.lease, term }).finally(() => this.asking.delete(key));
    const ended = stored.then(async (asked) => {
      await this.needs.ends.of(asked.runId);
      return asked;
    });
    ended.catch(() => undefined); // whoever waits for it hears it; nobody has to
    const ticket = { stored, ended };
    this.asking.set(key, ticket);
    return ticket;
  }

  async resume(): Promise<number> {
    await this.needs.ends.start();
    if (!this.needs.performs) return 0;
    this.needs.queue.work((run) => this.perform(run));
    this.sweepLater();
    return 0; // what was left is in the queue, or the sweep finds it
  }

  observe(observer: RunObserver): void {
    this.needs.work.observe(observer);
  }

  onEnd(listener: (end: RunEnd) => void): void {
    this.needs.ends.listen(listener);
  }

  /** `waiting` is the whole cluster's, as the last sweep saw it; `running` this node's. */
  get counts(): { waiting: number; running: number } {
    return { waiting: this.queued, running: this.running };
  }

  async drain(graceMs: number): Promise<void> {
    this.draining = true;
    clearTimeout(this.sweeper);
    const timer = setTimeout(() => this.needs.giveUp.abort(), graceMs);
    await Promise.allSettled([...this.asking.values()].map(({ stored }) => stored));
    // a Redis that is away is not waited for: what is in hand there goes to others
    const closed = this.needs.queue.rest().then(() => this.needs.queue.close());
    await Promise.race([closed.catch(this.needs.onFault), sleep(graceMs + 1000, undefined, { ref: false })]);
    clearTimeout(timer);
    this.needs.ends.stop();
  }

  private async store(run: Run, fence: Fence | null): Promise<AskedRun> {
    const { store, queue, marketTime, onFault } = this.needs;
    const notBefore = marketTime(run.symbol);
    const asked = await this.untilStored(run, () => store.ask(run, notBefore, fence));
    // not waited for: the row is the promise, and the sweep brings what does not get through
    if (!asked.shared) queue.add({ runId: run.runId, symbol: run.symbol, notBefore, requestedAt: run.requestedAt }).catch(onFault);
    return asked;
  }

  /** A person's request is refused where the database is away; the market's own waits for it. */
  private async untilStored(run: Run, ask: () => Promise<AskedRun>): Promise<AskedRun> {
    const { giveUp, isUnavailable } = this.needs;
    for (let wait = 100; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        return await ask();
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        if (run.trigger.kind === 'request' || giveUp.signal.aborted) {
          throw new CodedError('STORE_UNAVAILABLE', 'The database does not answer; nothing was asked for. Try again');
        }
        await sleep(wait, undefined, { signal: giveUp.signal }).catch(() => undefined);
      }
    }
  }

  private async perform(open: OpenRun): Promise<void> {
    const { store, work, ends } = this.needs;
    await this.reached(open);
    const run = await store.claim(open.runId);
    if (!run) return;
    this.running += 1;
    try {
      if (run.attempt > MOST_ATTEMPTS) {
        if (await work.fail(run, new Error(`begun ${MOST_ATTEMPTS} times and never ended`))) ends.tell(endOf(run, null));
        return;
      }
      const outcome = await work.perform(run);
      if (outcome.kind === 'ended') ends.tell(endOf(run, outcome.signal));
    } finally {
      this.running -= 1;
    }
  }

  /** Waits until this node's market is where it was asked, so that a run never looks at less than its trigger saw. */
  private async reached({ symbol, notBefore, requestedAt }: OpenRun): Promise<void> {
    if (notBefore === null) return;
    const until = performance.now() + BEHIND_MS;
    while ((this.needs.marketTime(symbol) ?? Number.NEGATIVE_INFINITY) < notBefore) {
      if (Date.now() - requestedAt > TOO_OLD_MS) return;
      if (performance.now() > until || this.draining) throw new Error(`the market of ${symbol} is behind here: the run goes back`);
      await sleep(LOOK_MS);
    }
  }

  private sweepLater(): void {
    this.sweeper = setTimeout(() => void this.sweep(), SWEEP_MS).unref();
  }

  /** Each worker's node does it: what is there already is not added again. */
  private async sweep(): Promise<void> {
    const { store, queue, onFault } = this.needs;
    try {
      for (const run of await queue.missing(await store.unfinished(SWEEP_AFTER_MS, SWEEP_LIMIT))) await queue.add(run);
      this.queued = await queue.waiting();
    } catch (error) {
      onFault(new Error('looking for runs that the queue has lost failed; it is tried again', { cause: error }));
    }
    if (!this.draining) this.sweepLater();
  }
}

const joined = ({ stored, ended }: RunTicket): RunTicket => ({
  get stored() { return stored.then(shared); },
  get ended() { return ended.then(shared); },
});
const shared = ({ runId }: AskedRun): AskedRun => ({ runId, shared: true });
