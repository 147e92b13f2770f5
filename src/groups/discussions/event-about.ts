import type { Kysely } from 'kysely';
import type { GroupEventsTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';

/** Said by the server of what a group has done: no group discusses them. */
export const ECHOES: readonly string[] = ['order_update', 'config_update', 'post_trade', 'system'];

/** What a group talks about: the event that it names, else the newest under its correlation id. Only one that was for the group. */
export async function eventAbout(db: Kysely<Schema>, groupId: string, eventId: string | null, correlationId: string | null): Promise<GroupEventsTable | null> {
  if (eventId === null && correlationId === null) return null;
  const delivered = db.selectFrom('group_events as e').innerJoin('group_deliveries as d', 'd.event_id', 'e.event_id').selectAll('e').where('d.group_id', '=', groupId);
  const narrowed = eventId !== null ? delivered.where('e.event_id', '=', eventId) : delivered.where('e.correlation_id', '=', correlationId!).where('e.event_type', 'not in', [...ECHOES]);
  return await narrowed.orderBy('e.event_id', 'desc').limit(1).executeTakeFirst() ?? null;
}
