import { Queue, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { RunQueue } from './run-queue.js';
import type { OpenRun } from './shared-run-store.js';

const NAME = 'runs';
const CONCURRENCY = 64;
/**
 * A killed worker's run is another's after the lock and two checks at the latest: one marks it, the next finds it without
 * a lock. Measured: see the spec.
 */
const LOCK_MS = 3000;
const STALLED_CHECK_MS = 1500;
/** How soon a worker asks again after Redis failed it; BullMQ's own 15 s are longer than a takeover may take. */
const RETRY_MS = 500;

/** On Redis, by BullMQ. A job's id is the run's, and its data what a worker must know; the rest is in the row. */
export class BullmqRunQueue extends RunQueue {
  private readonly queue: Queue<OpenRun>;
  private worker: Worker<OpenRun> | null = null;

  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
    private readonly onError: (error: Error) => void,
  ) {
    super();
    this.queue = new Queue<OpenRun>(NAME, { connection: redis, prefix, skipWaitingForReady: true });
    this.queue.on('error', onError);
  }

  async add(run: OpenRun): Promise<void> {
    await this.queue.add('run', run, { jobId: run.runId, removeOnComplete: true, removeOnFail: true });
  }

  async missing(runs: readonly OpenRun[]): Promise<readonly OpenRun[]> {
    const states = await Promise.all(runs.map(({ runId }) => this.queue.getJobState(runId)));
    return runs.filter((_, at) => states[at] === 'unknown');
  }

  waiting(): Promise<number> {
    return this.queue.getWaitingCount();
  }

  work(perform: (run: OpenRun) => Promise<void>): void {
    this.worker = new Worker<OpenRun>(NAME, ({ data }: Job<OpenRun>) => perform(data), {
      connection: this.redis,
      prefix: this.prefix,
      concurrency: CONCURRENCY,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: Number.MAX_SAFE_INTEGER, // attempts are counted in the row
      runRetryDelay: RETRY_MS,
    });
    this.worker.on('error', this.onError);
  }

  async rest(): Promise<void> {
    await this.worker?.close();
  }

  async close(): Promise<void> {
    await this.queue.close();
  }
}
