import { setTimeout as pause } from 'node:timers/promises';
import type { Leases } from './leases.js';

/** Rows that are too old, and what becomes of them: batch by batch, each a few milliseconds on SQLite, which blocks the event loop meanwhile. */
export interface Sweep {
  /** Says how many rows it has changed after each batch; ends when nothing is left to do for now. */
  sweep(): AsyncIterable<number>;
}

export interface SweeperNeeds {
  readonly sweeps: readonly Sweep[];
  /** null: this node is alone. */
  readonly cluster: { readonly leases: Pick<Leases, 'acquire' | 'renew' | 'release'>; readonly node: string } | null;
  readonly onFault: (error: Error) => void;
  readonly everyMs?: number;
}

const SWEEP_LEASE = 'retention';
const EVERY_MS = 3_600_000;
/** Longer than the pause between two sweeps: the node that swept last does so again, another takes over where it is gone. */
const LEASE_OF_PAUSES = 1.5;
/** After a batch it rests three times as long as that took. */
const REST = 3;

/** Sweeps at the start and an hour after each sweep; of a cluster's nodes one. */
export class Sweeper {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<unknown> = Promise.resolve();
  private term: number | null = null;
  private stopped = false;

  constructor(private readonly needs: SweeperNeeds) {}

  start(): void {
    this.sweeping = this.sweep()
      .catch((error: unknown) => this.needs.onFault(new Error('Old rows could not be swept; the next sweep tries again', { cause: error })))
      .then(() => {
        if (!this.stopped) this.timer = setTimeout(() => this.start(), this.everyMs).unref();
      });
  }

  /** Resolves when the batch in hand is done, and the lease given back. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.sweeping;
    const { cluster } = this.needs;
    if (cluster && this.term !== null) await cluster.leases.release(SWEEP_LEASE, cluster.node, this.term).catch(() => undefined); // else it lapses
  }

  /** Resolves with the number of rows changed; null: another node sweeps. */
  async sweep(): Promise<number | null> {
    if (!await this.isMine()) return null;
    let changed = 0;
    for (const each of this.needs.sweeps) {
      let began = performance.now();
      for await (const rows of each.sweep()) {
        changed += rows;
        if (this.stopped) return changed;
        await pause(REST * (performance.now() - began));
        if (!await this.isStillMine()) return changed;
        began = performance.now();
      }
      if (this.stopped) return changed;
    }
    return changed;
  }

  private async isMine(): Promise<boolean> {
    const { cluster } = this.needs;
    if (!cluster) return true;
    const claim = await cluster.leases.acquire(SWEEP_LEASE, cluster.node, this.leaseMs);
    this.term = claim.held ? claim.term : null;
    return claim.held;
  }

  private async isStillMine(): Promise<boolean> {
    const { cluster } = this.needs;
    return !cluster || (this.term !== null && await cluster.leases.renew(SWEEP_LEASE, cluster.node, this.term, this.leaseMs));
  }

  private get everyMs(): number {
    return this.needs.everyMs ?? EVERY_MS;
  }

  private get leaseMs(): number {
    return Math.ceil(this.everyMs * LEASE_OF_PAUSES);
  }
}
