import type { Kysely, Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { NewMessage } from '../../rooms/message.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import type { GroupEventsTable, GroupsTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import { isConnected } from '../connections/connected.js';
import { groupMessage } from '../group-rooms.js';
import type { GroupStore } from '../group-store.js';
import { eventFrame, Events, type Beside, type NewEvent, type Published, type StoredEvent } from './event.js';
import { eventOf } from './event-row.js';

export interface EventDeskNeeds {
  readonly db: Kysely<Schema>;
  readonly groups: GroupStore;
  readonly writer: Pick<RoomWriter, 'say'>;
  /** It is stored: to the groups that are connected here, and a word to other nodes. */
  readonly dispatch: (event: StoredEvent, groupIds: readonly string[]) => void;
}

/** The key is taken: nothing of the transaction stays. */
class KeyTaken extends Error {}

/** An event, its deliveries and what is said of it are one transaction; only then it goes out. */
export class EventDesk extends Events {
  constructor(private readonly needs: EventDeskNeeds) {
    super();
  }

  async publish(asked: NewEvent, beside: (event: StoredEvent) => Beside = () => ({})): Promise<Published> {
    const targets = await this.needs.groups.named([...new Set(asked.targets)]);
    const known = asked.key === null ? null : await this.underKey(asked.key, asked.keyKeptMs);
    if (known) return published(known, targets, true);
    const { key, keyKeptMs, correlationId, ...fields } = asked;
    const eventId = uuidv7();
    const event: StoredEvent = { ...fields, eventId, correlationId: correlationId ?? eventId, createdAt: Date.now() };
    const also = beside(event);
    try {
      await this.needs.writer.say({
        store: async (tx) => {
          if (key !== null && keyKeptMs !== undefined) await this.release(tx, key, event.createdAt - keyKeptMs);
          await this.insert(tx, event, key, targets);
          await also.store?.(tx);
        },
        messages: [...targets.map((group) => inRoomOf(group, event)), ...also.messages ?? []],
      });
    } catch (error) {
      const first = error instanceof KeyTaken ? await this.underKey(key!, keyKeptMs) : null;
      if (first) return published(first, targets, true);
      throw error;
    }
    this.needs.dispatch(event, targets.map(({ group_id: id }) => id));
    return published(event, targets, false);
  }

  private async insert(tx: Transaction<Schema>, event: StoredEvent, key: string | null, targets: readonly GroupsTable[]): Promise<void> {
    const row: GroupEventsTable = {
      event_id: event.eventId, event_key: key, event_type: event.eventType, origin: event.origin, source_id: event.sourceId, origin_id: event.originId,
      priority: event.priority, targets: JSON.stringify(event.targets), title: event.title, payload: event.payload, tags: JSON.stringify(event.tags),
      condition: event.condition && JSON.stringify(event.condition), correlation_id: event.correlationId, created_at: event.createdAt,
    };
    const { numInsertedOrUpdatedRows: stored } = await tx.insertInto('group_events').values(row).onConflict((conflict) => conflict.column('event_key').doNothing()).executeTakeFirst();
    if (!stored) throw new KeyTaken(`There is an event ${key}`);
    if (targets.length === 0) return;
    await tx.insertInto('group_deliveries')
      .values(targets.map(({ group_id }) => ({ event_id: event.eventId, group_id, priority: event.priority, settled_at: null }))).execute();
  }

  /** What stood for the key until then is an event as any other. */
  private async release(tx: Transaction<Schema>, key: string, before: number): Promise<void> {
    await tx.updateTable('group_events').set({ event_key: null }).where('event_key', '=', key).where('created_at', '<=', before).execute();
  }

  private async underKey(key: string, keptMs?: number): Promise<StoredEvent | null> {
    const row = await this.needs.db.selectFrom('group_events').selectAll().where('event_key', '=', key).executeTakeFirst();
    return row && (keptMs === undefined || row.created_at > Date.now() - keptMs) ? eventOf(row) : null;
  }
}

/** A room is told that its group is meant, not who else is. */
const inRoomOf = ({ group_id: id, name }: GroupsTable, event: StoredEvent): NewMessage =>
  groupMessage(id, 'group_event', `event:${event.eventId}:${id}`, eventFrame({ ...event, targets: [name] }));

const published = (event: StoredEvent, targets: readonly GroupsTable[], duplicate: boolean): Published => ({
  event, duplicate,
  dispatched: targets.filter(isConnected).length,
  unknown: event.targets.filter((name) => !targets.some((group) => group.name === name)),
});
