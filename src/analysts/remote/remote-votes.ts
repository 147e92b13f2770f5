import type { Kysely } from 'kysely';
import { v7 as timeOrderedId } from 'uuid';
import type { RemoteVotesTable, Schema } from '../../storage/schema.js';

const FLUSH_MS = 50;
const RETRY_MS = 1000;
const CHUNK = 200;
const LONGEST_BODY = 4000;
/** Waiting rows beyond which offences are counted and not kept: votes that count always are. */
const MOST_WAITING = 5000;
/** Offences of one analyst that are kept in a minute. */
const OFFENCES_A_MINUTE = 60;
const MINUTE_MS = 60_000;

/** The rows of what remote analysts said: written behind, so that no vote waits for them. */
export class RemoteVotes {
  private waiting: RemoteVotesTable[] = [];
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();
  private readonly offences = new Map<string, { minute: number; count: number }>();

  constructor(private readonly db: Kysely<Schema>, private readonly onFault: (error: unknown) => void) {}

  keep(agentId: string, runId: string, kind: RemoteVotesTable['kind'], body: unknown): void {
    if (kind !== 'counted' && !this.mayKeep(agentId)) return;
    const text = JSON.stringify(body) ?? 'null';
    this.waiting.push({ vote_id: timeOrderedId(), run_id: runId.slice(0, 64), agent_id: agentId, kind, body: text.slice(0, LONGEST_BODY), received_at: Date.now() });
    this.schedule(FLUSH_MS);
  }

  /** Writes what waits; what cannot be written is tried no more. */
  async stop(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    await this.writing;
    if (this.waiting.length > 0) await this.write().catch(this.onFault);
  }

  private mayKeep(agentId: string): boolean {
    if (this.waiting.length >= MOST_WAITING) return false;
    const minute = Math.floor(Date.now() / MINUTE_MS);
    const seen = this.offences.get(agentId);
    const count = seen?.minute === minute ? seen.count + 1 : 1;
    this.offences.set(agentId, { minute, count });
    return count <= OFFENCES_A_MINUTE;
  }

  private schedule(ms: number): void {
    if (this.timer) return;
    this.timer = setTimeout(() => {
      this.writing = this.write().then(() => { this.timer = null; if (this.waiting.length > 0) this.schedule(FLUSH_MS); }, (error: unknown) => {
        this.onFault(error);
        this.timer = null;
        this.schedule(RETRY_MS);
      });
    }, ms);
    this.timer.unref();
  }

  private async write(): Promise<void> {
    while (this.waiting.length > 0) {
      const rows = this.waiting.slice(0, CHUNK);
      await this.db.insertInto('remote_votes').values(rows).onConflict((conflict) => conflict.column('vote_id').doNothing()).execute();
      this.waiting.splice(0, rows.length);
    }
  }
}
