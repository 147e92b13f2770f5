import type { Experience, StoredEvent } from '../events/event.js';
import type { Group } from '../group.js';

/** What a group has learnt in situations like an event's. */
export abstract class Experiences {
  /** Resolves when `about` knows all that it will of these events; null: it does now. Never rejects, and is soon. */
  abstract ready(group: Group, events: readonly StoredEvent[]): Promise<void> | null;
  /** From memory, at most three, the nearest first; never throws. */
  abstract about(group: Group, event: StoredEvent): readonly Experience[];
}
