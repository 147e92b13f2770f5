import type { Kysely } from 'kysely';
import type { ListedEvent } from '../../model/wire/groups.js';
import type { GroupEventsTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import { eventFrame } from '../events/event.js';
import { eventOf } from '../events/event-row.js';
import { notFound } from './refusals.js';

/** With who got it. */
export interface DeliveredEvent extends ListedEvent {
  readonly deliveries: readonly { readonly group_id: string; readonly group_name: string; readonly priority: number; readonly settled_at: string | null }[];
}

export interface EventQuery {
  /** Name of the trigger or group that it is from, or `conclave`. */
  readonly source?: string | undefined;
  readonly type?: string | undefined;
  /** Id of a group that it is for or from. */
  readonly groupId?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly limit: number;
  readonly before: string | null;
}

/** Events as REST shows them. */
export class EventReads {
  constructor(private readonly db: Kysely<Schema>) {}

  /** Newest first. */
  async list({ source, type, groupId, correlationId, limit, before }: EventQuery): Promise<readonly ListedEvent[]> {
    let query = this.db.selectFrom('group_events as e').selectAll('e').orderBy('e.event_id', 'desc').limit(limit);
    if (source !== undefined) query = query.where('e.source_id', '=', source);
    if (type !== undefined) query = query.where('e.event_type', '=', type);
    if (correlationId !== undefined) query = query.where('e.correlation_id', '=', correlationId);
    if (before !== null) query = query.where('e.event_id', '<', before);
    if (groupId !== undefined) {
      query = query.where(({ or, eb, exists, selectFrom }) => or([
        eb('e.origin_id', '=', groupId),
        exists(selectFrom('group_deliveries as d').select('d.group_id').whereRef('d.event_id', '=', 'e.event_id').where('d.group_id', '=', groupId)),
      ]));
    }
    return (await query.execute()).map(eventShown);
  }

  /** @throws CodedError NOT_FOUND */
  async one(eventId: string): Promise<DeliveredEvent> {
    const row = await this.db.selectFrom('group_events').selectAll().where('event_id', '=', eventId).executeTakeFirst();
    if (!row) throw notFound('event', eventId, 'GET /api/events lists them');
    const deliveries = await this.db.selectFrom('group_deliveries as d').innerJoin('groups as g', 'g.group_id', 'd.group_id')
      .select(['d.group_id', 'g.name', 'd.priority', 'd.settled_at']).where('d.event_id', '=', eventId).orderBy('g.name').execute();
    return {
      ...eventShown(row),
      deliveries: deliveries.map(({ group_id, name, priority, settled_at: at }) => ({ group_id, group_name: name, priority, settled_at: at === null ? null : new Date(at).toISOString() })),
    };
  }
}

function eventShown(row: GroupEventsTable): ListedEvent {
  const { id, event_type, source_id, priority, targets, title, payload, tags, condition, created_at } = eventFrame(eventOf(row));
  return { id, event_type, source_id, origin: row.origin, origin_id: row.origin_id, priority, targets, title, payload, tags, condition, correlation_id: row.correlation_id, created_at };
}
