import type { StoredEvent } from '../events/event.js';

const LONGEST_PAYLOAD = 2000;

/** What of an event is compared with lessons. */
export const eventText = ({ title, tags, payload }: Pick<StoredEvent, 'title' | 'tags' | 'payload'>): string =>
  `${title} ${tags.join(' ')} ${payload.slice(0, LONGEST_PAYLOAD)}`;
