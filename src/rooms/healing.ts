import { setTimeout } from 'node:timers/promises';
import type { Outage } from '../storage/outage.js';
import type { HostedRoom } from './hosted-room.js';
import type { Hub } from './hub.js';
import type { RoomLog } from './room-log.js';

const EVERY_MS = 2000;
/** A message that is committed and still on its way is not lost. */
const GRACE_MS = 50;

export interface HealingNeeds {
  readonly hub: Pick<Hub, 'opened'>;
  readonly log: Pick<RoomLog, 'heads'>;
  /** Told when the log cannot be read, and when it can again. */
  readonly outage: Outage;
  /** Milliseconds between two comparisons. */
  readonly everyMs?: number;
}

/** Compares where this node stands in each of its rooms with the log, and reads what the bus has lost. */
export class Healing {
  private timer: NodeJS.Timeout | undefined;
  private last: Promise<void> = Promise.resolve();
  private pending = false;

  constructor(private readonly needs: HealingNeeds) {}

  start(): void {
    this.timer = setInterval(() => {
      if (!this.pending) void this.compare();
    }, this.needs.everyMs ?? EVERY_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** One comparison that begins after all that ran before. Never rejects: what it could not do, the next does. */
  compare(): Promise<void> {
    this.pending = true;
    const mine = this.last.then(() => this.once()).finally(() => {
      if (this.last === mine) this.pending = false;
    });
    this.last = mine;
    return mine;
  }

  private async once(): Promise<void> {
    try {
      const rooms = this.needs.hub.opened();
      if (rooms.length === 0) return;
      const behind = await this.behind(rooms);
      this.needs.outage.back();
      if (behind.length > 0) await setTimeout(GRACE_MS);
      await Promise.all(behind.map(([room, head]) => room.healTo(head)));
    } catch (error) {
      this.needs.outage.lost(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Rooms whose log goes on beyond what members were handed, and how far. */
  private async behind(rooms: readonly HostedRoom[]): Promise<(readonly [HostedRoom, number])[]> {
    const heads = await this.needs.log.heads(rooms.map(({ name }) => name));
    return rooms.flatMap((room) => {
      const head = heads.get(room.name);
      return head && head.epoch === room.epoch && head.offset > room.cursor ? [[room, head.offset] as const] : [];
    });
  }
}
