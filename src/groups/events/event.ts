import type { Transaction } from 'kysely';
import type { EventOrigin, GroupEvent } from '../../model/wire/groups.js';
import type { NewMessage } from '../../rooms/message.js';
import type { Schema } from '../../storage/schema.js';

/** Something for groups to hear of, before it has an id. Targets that name no group are left out. */
export interface NewEvent extends Pick<GroupEvent, 'priority' | 'targets' | 'title' | 'payload' | 'tags' | 'condition'> {
  /** The same thing makes one event: a second one with its key is answered with the first. null: each is its own. */
  readonly key: string | null;
  /** How long the key stands, in milliseconds, where not for ever. */
  readonly keyKeptMs?: number;
  /** `immediate`, `order_update`, `config_update`, …: 1 to 40 of `a-z 0-9 _`. */
  readonly eventType: string;
  readonly origin: EventOrigin;
  /** Name of the trigger or group that it is from; `conclave` of the server's own. */
  readonly sourceId: string;
  /** Id of the trigger or group. */
  readonly originId: string | null;
  /** null: its own id. */
  readonly correlationId: string | null;
}

export interface StoredEvent extends Omit<NewEvent, 'key' | 'keyKeptMs' | 'correlationId'> {
  readonly eventId: string;
  readonly correlationId: string;
  /** Wall time, epoch milliseconds. */
  readonly createdAt: number;
}

export interface Published {
  readonly event: StoredEvent;
  /** Groups among the targets that are connected now, on any node. */
  readonly dispatched: number;
  /** Targets that name no group. */
  readonly unknown: readonly string[];
  /** It was there already, under its key. */
  readonly duplicate: boolean;
}

/** What else is stored and said in the event's own transaction. */
export interface Beside {
  readonly store?: (tx: Transaction<Schema>) => Promise<void>;
  readonly messages?: readonly NewMessage[];
}

/** Stores events with their deliveries, then pushes them to the groups that are connected, on any node. */
export abstract class Events {
  /** Resolves once it is stored. @throws CodedError STORE_UNAVAILABLE */
  abstract publish(event: NewEvent, beside?: (event: StoredEvent) => Beside): Promise<Published>;
}

/** What goes to a group, in the old form. */
export interface EventFrame extends GroupEvent {
  readonly type: 'event';
  readonly condition: Readonly<Record<string, unknown>>;
  readonly experiences?: readonly Experience[];
}

/** A lesson of the past that may help. */
export interface Experience {
  readonly id: string;
  readonly lesson: string;
  /** Share of the entry price, signed by side, fees off. */
  readonly outcome_return: number;
  /** What was meant was compared; absent: the words. */
  readonly by?: 'meaning';
}

export const eventFrame = (event: StoredEvent, experiences: readonly Experience[] = []): EventFrame => ({
  type: 'event', event_type: event.eventType, id: event.eventId, source_id: event.sourceId, priority: event.priority, targets: event.targets,
  title: event.title, payload: event.payload, tags: event.tags,
  condition: { ...event.condition, trace: { ...(event.condition?.['trace'] as object | undefined), correlation_id: event.correlationId } },
  created_at: new Date(event.createdAt).toISOString(), ...(experiences.length > 0 ? { experiences } : {}),
});
