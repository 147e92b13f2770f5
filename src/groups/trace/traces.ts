import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/schema.js';
import type { DiscussionReads } from '../discussions/discussion-reads.js';
import { traceOf, type Trace } from './trace.js';
import { traceRows } from './trace-rows.js';

export class Traces {
  constructor(private readonly db: Kysely<Schema>, private readonly discussions: Pick<DiscussionReads, 'linked'>) {}

  /** null where nothing has the id. */
  async find(correlationId: string): Promise<Trace | null> {
    const rows = await traceRows(this.db, correlationId);
    return traceOf(correlationId, rows, await this.discussions.linked(rows.discussions));
  }
}
