import type { GroupEventsTable } from '../../storage/groups-schema.js';
import type { StoredEvent } from './event.js';

export const eventOf = (row: GroupEventsTable): StoredEvent => ({
  eventId: row.event_id, eventType: row.event_type, origin: row.origin, sourceId: row.source_id, originId: row.origin_id, priority: row.priority,
  targets: JSON.parse(row.targets) as string[], title: row.title, payload: row.payload, tags: JSON.parse(row.tags) as string[],
  condition: row.condition === null ? null : JSON.parse(row.condition) as Record<string, unknown>, correlationId: row.correlation_id, createdAt: row.created_at,
});
