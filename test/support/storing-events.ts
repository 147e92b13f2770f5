import type { Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { Events, type Beside, type NewEvent, type Published, type StoredEvent } from '../../src/groups/events/event.js';
import type { RoomWriter } from '../../src/rooms/room-writer.js';
import type { Schema } from '../../src/storage/schema.js';

/** Stores events and delivers none. */
export class StoringEvents extends Events {
  constructor(private readonly db: Kysely<Schema>, private readonly writer: RoomWriter) {
    super();
  }

  async publish({ key, correlationId, ...fields }: NewEvent, beside: (event: StoredEvent) => Beside = () => ({})): Promise<Published> {
    const eventId = uuidv7();
    const event: StoredEvent = { ...fields, eventId, correlationId: correlationId ?? eventId, createdAt: Date.now() };
    const groups = await this.db.selectFrom('groups').select('name').where('name', 'in', [...event.targets]).execute();
    const unknown = event.targets.filter((target) => !groups.some(({ name }) => name === target));
    const first = key === null ? undefined : await this.db.selectFrom('group_events').select('event_id').where('event_key', '=', key).executeTakeFirst();
    if (first) return { event: { ...event, eventId: first.event_id }, dispatched: 0, unknown, duplicate: true };
    const also = beside(event);
    await this.writer.say({
      ...also,
      store: async (tx) => {
        await tx.insertInto('group_events').values({
          event_id: eventId, event_key: key, event_type: event.eventType, origin: event.origin, source_id: event.sourceId, origin_id: event.originId, priority: event.priority,
          targets: JSON.stringify(event.targets), title: event.title, payload: event.payload, tags: JSON.stringify(event.tags),
          condition: event.condition && JSON.stringify(event.condition), correlation_id: event.correlationId, created_at: event.createdAt,
        }).execute();
        await also.store?.(tx);
      },
    });
    return { event, dispatched: 0, unknown, duplicate: false };
  }
}
