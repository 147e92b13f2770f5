import type { StoredEvent } from '../events/event.js';
import { hashOfCanonical } from '../trades/canonical.js';

type Content = Pick<StoredEvent, 'eventType' | 'priority' | 'targets' | 'title' | 'payload' | 'tags' | 'condition'>;

/** Whether both say the same: of JSON the values count and not how they are written; the trace, which names a sending, does not. */
export const isSameEvent = (one: Content, other: Content): boolean => textOf(one) === textOf(other);

function textOf({ eventType, priority, targets, title, payload, tags, condition }: Content): string {
  const rest = Object.fromEntries(Object.entries(condition ?? {}).filter(([name]) => name !== 'trace'));
  return JSON.stringify([eventType, priority, [...targets].sort(), title, hashOr(() => JSON.parse(payload), payload), [...tags].sort(), hashOr(() => rest, JSON.stringify(rest))]);
}

/** Of an object or a list; what is no JSON, a bare number or text, or nested too deeply is taken as it is written. */
function hashOr(value: () => unknown, text: string): string {
  try {
    const read = value();
    return typeof read === 'object' && read !== null ? hashOfCanonical(read) : text;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return text;
    throw error;
  }
}
