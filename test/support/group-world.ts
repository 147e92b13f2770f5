import { v7 as timeOrderedId } from 'uuid';
import { Events, type Beside, type NewEvent, type Published, type StoredEvent } from '../../src/groups/events/event.js';
import { GroupStore } from '../../src/groups/group-store.js';
import type { Group } from '../../src/groups/group.js';
import type { RoomWriter } from '../../src/rooms/room-writer.js';
import type { Database } from '../../src/storage/database.js';

/** Events that are stored with their deliveries and pushed to nobody. */
export class StoredEvents extends Events {
  constructor(private readonly db: Database, private readonly writer: Pick<RoomWriter, 'say'>) {
    super();
  }

  async publish({ key, correlationId, ...rest }: NewEvent, beside?: (event: StoredEvent) => Beside): Promise<Published> {
    const eventId = timeOrderedId();
    const event: StoredEvent = { ...rest, eventId, correlationId: correlationId ?? eventId, createdAt: Date.now() };
    const targets = await new GroupStore(this.db.kysely).named(rest.targets);
    const more = beside?.(event) ?? {};
    await this.writer.say({
      store: async (tx) => {
        await tx.insertInto('group_events').values({
          event_id: eventId, event_key: key, event_type: rest.eventType, origin: rest.origin, source_id: rest.sourceId, origin_id: rest.originId, priority: rest.priority,
          targets: JSON.stringify(rest.targets), title: rest.title, payload: rest.payload, tags: JSON.stringify(rest.tags), condition: rest.condition && JSON.stringify(rest.condition),
          correlation_id: event.correlationId, created_at: event.createdAt,
        }).execute();
        for (const { group_id: groupId } of targets) await tx.insertInto('group_deliveries').values({ event_id: eventId, group_id: groupId, priority: rest.priority, settled_at: null }).execute();
        await more.store?.(tx);
      },
      messages: more.messages ?? [],
    });
    return { event, dispatched: 0, unknown: [], duplicate: false };
  }
}

/** A group of the account `main`, as its row. */
export async function makeGroup({ kysely }: Database, name: string, more: { symbol?: string; accountId?: string } = {}): Promise<Group> {
  const groupId = timeOrderedId();
  await kysely.insertInto('groups').values({
    group_id: groupId, name, market: 'crypto', symbol: more.symbol ?? 'BTCUSDT', interval: '1m', leverage: 1, margin_usd: '100', position_mode: 'oneway',
    account_id: more.accountId ?? 'main', token_hash: groupId, acks: 0, form: 'type', created_at: Date.now(), updated_at: Date.now(), deleted_at: null,
    connection_id: null, node: null, connected_at: null, seen_at: null,
  }).execute();
  return (await new GroupStore(kysely).find(groupId))!;
}

/** Something that a trigger tells groups. */
export const newEvent = (targets: readonly string[], more: Partial<NewEvent> = {}): NewEvent => ({
  key: null, eventType: 'immediate', origin: 'trigger', sourceId: 'price_move', originId: null, priority: 5, targets, title: 'BTC dumps after CPI data',
  payload: '{"symbol":"BTCUSDT","change_pct":-1.4}', tags: ['btc', 'cpi'], condition: null, correlationId: null, ...more,
});

/** The same, as it is given to a group. */
export const heardEvent = (more: Partial<NewEvent> = {}): StoredEvent => {
  const { sourceId, originId, eventType, origin, priority, targets, title, payload, tags, condition } = newEvent([], more);
  return { eventType, origin, sourceId, originId, priority, targets, title, payload, tags, condition, eventId: 'e', correlationId: 'e', createdAt: 0 };
};
