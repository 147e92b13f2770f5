import type { DeliveryStore } from './delivery-store.js';

/** How long what is settled gathers for one write, milliseconds. */
const GATHER_MS = 5;
const AGAIN_MS = 500;

/** What groups have settled, written together. */
export class Settlements {
  private waiting = new Map<string, Set<string>>();
  private underWay: ReadonlyMap<string, ReadonlySet<string>> | null = null;
  private writing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly store: Pick<DeliveryStore, 'settle'>, private readonly onFault: (error: unknown) => void) {}

  settle(eventId: string, groupId: string): void {
    this.keep(eventId, groupId);
    this.later(GATHER_MS);
  }

  /** It is settled, and not yet written. */
  holds(eventId: string, groupId: string): boolean {
    return (this.waiting.get(eventId)?.has(groupId) ?? false) || (this.underWay?.get(eventId)?.has(groupId) ?? false);
  }

  /** Resolves when what was settled before is written; while the database is away it is not, and nobody waits. */
  async written(): Promise<void> {
    await this.writing;
    if (this.waiting.size > 0) await this.write();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.written();
  }

  private later(ms: number): void {
    if (this.timer || this.stopped) return;
    this.timer = setTimeout(() => void this.write(), ms);
  }

  private write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing ??= this.writeWaiting().finally(() => { this.writing = null; });
    return this.writing;
  }

  private async writeWaiting(): Promise<void> {
    const { waiting } = this;
    this.waiting = new Map();
    this.underWay = waiting;
    try {
      await this.store.settle(waiting);
    } catch (error) {
      this.onFault(error);
      for (const [event, groups] of waiting) for (const group of groups) this.keep(event, group);
      return this.later(AGAIN_MS);
    } finally {
      this.underWay = null;
    }
    if (this.waiting.size > 0) this.later(GATHER_MS);
  }

  private keep(event: string, group: string): void {
    const groups = this.waiting.get(event);
    if (groups) groups.add(group);
    else this.waiting.set(event, new Set([group]));
  }
}
