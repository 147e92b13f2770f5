import { v7 as timeOrderedId } from 'uuid';
import { EventDesk } from '../../src/groups/events/event-desk.js';
import type { NewEvent, StoredEvent } from '../../src/groups/events/event.js';
import { GroupStore } from '../../src/groups/group-store.js';
import type { Group } from '../../src/groups/group.js';
import type { RoomWriter } from '../../src/rooms/room-writer.js';
import type { Database } from '../../src/storage/database.js';

/** Events are stored with their deliveries, and pushed to nobody. */
export const eventDesk = ({ kysely }: Database, writer: Pick<RoomWriter, 'say'>): EventDesk =>
  new EventDesk({ db: kysely, groups: new GroupStore(kysely), writer, dispatch: () => undefined });

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
