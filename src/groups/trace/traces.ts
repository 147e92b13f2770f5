import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/schema.js';
import type { DiscussionReads } from '../discussions/discussion-reads.js';
import { traceOf, type Trace } from './trace.js';
import { traceRows } from './trace-rows.js';

export class Traces {
  constructor(private readonly db: Kysely<Schema>, private readonly discussions: Pick<DiscussionReads, 'linked'>) {}

  /** null where nothing has the id; empty lists where it is a signal's, of which nothing has come. */
  async find(correlationId: string): Promise<Trace | null> {
    const rows = await traceRows(this.db, correlationId);
    const trace = traceOf(correlationId, rows, await this.discussions.linked(rows.discussions));
    return trace.timeline.length > 0 || await this.isSignal(correlationId) ? trace : null;
  }

  private async isSignal(id: string): Promise<boolean> {
    return await this.db.selectFrom('signals').select('signal_id').where('signal_id', '=', id).executeTakeFirst() !== undefined;
  }
}
