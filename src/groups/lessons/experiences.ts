import type { Experience, StoredEvent } from '../events/event.js';
import type { Group } from '../group.js';

/** What a group has learnt in situations like an event's. */
export abstract class Experiences {
  /** From memory, at most three, the nearest first; never throws. */
  abstract about(group: Group, event: StoredEvent): readonly Experience[];
}
