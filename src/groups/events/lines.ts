import { sql, type Kysely } from 'kysely';
import type { Channels } from '../../storage/channels.js';
import type { Schema } from '../../storage/schema.js';
import type { StoredEvent } from './event.js';
import type { Line } from './line.js';

const CHANNEL = 'group-events';
const SWEEP_MS = 2000;
const CHUNK = 1000;

export interface LinesNeeds {
  readonly db: Kysely<Schema>;
  /** null: this node is alone. */
  readonly channels: Channels | null;
  readonly onFault: (error: unknown) => void;
}

/** The groups that are connected to this node. What other nodes stored comes as a word, and where that was lost by a look at the table. */
export class Lines {
  private readonly here = new Map<string, Line>();
  private timer: NodeJS.Timeout | undefined;
  private sweeping = false;

  constructor(private readonly needs: LinesNeeds) {}

  async start(): Promise<void> {
    const { channels } = this.needs;
    if (!channels) return;
    await channels.listen(CHANNEL, (text) => {
      for (const id of JSON.parse(text) as string[]) this.here.get(id)?.wake();
    });
    this.timer = setInterval(() => void this.sweep(), SWEEP_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  enter(line: Line): void {
    this.here.set(line.group.groupId, line);
    line.wake();
  }

  leave(line: Line): void {
    if (this.here.get(line.group.groupId) === line) this.here.delete(line.group.groupId);
  }

  /** An event that this node has just stored. */
  dispatch(event: StoredEvent, groupIds: readonly string[]): void {
    const elsewhere: string[] = [];
    for (const id of groupIds) {
      const line = this.here.get(id);
      if (line) line.event(event);
      else elsewhere.push(id);
    }
    if (elsewhere.length > 0) this.needs.channels?.publish(CHANNEL, JSON.stringify(elsewhere));
  }

  private async sweep(): Promise<void> {
    if (this.sweeping) return;
    this.sweeping = true;
    try {
      const ids = [...this.here.keys()];
      for (let at = 0; at < ids.length; at += CHUNK) await this.look(ids.slice(at, at + CHUNK));
    } catch (error) {
      this.needs.onFault(error);
    } finally {
      this.sweeping = false;
    }
  }

  private async look(ids: readonly string[]): Promise<void> {
    const rows = await this.needs.db.selectFrom('group_deliveries').select(['group_id', sql<number>`count(*)`.as('open')])
      .where('settled_at', 'is', null).where('group_id', 'in', ids).groupBy('group_id').execute();
    for (const { group_id: id, open } of rows) {
      const line = this.here.get(id);
      if (line && Number(open) > line.outstanding) line.wake();
    }
  }
}
