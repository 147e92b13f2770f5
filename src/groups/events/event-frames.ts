import { Packet } from '../../rooms/packet.js';
import type { FrameForm } from '../../storage/groups-schema.js';
import { eventFrame, type Experience, type StoredEvent } from './event.js';

const CATEGORIES: Readonly<Record<string, string>> = { immediate: 'signal', post_trade: 'decision' };
const EVENT_TYPES: Readonly<Record<string, string>> = { signal: 'immediate', decision: 'post_trade' };

/** The newer form's word for an event type, and back. */
const categoryOf = (eventType: string): string => CATEGORIES[eventType] ?? eventType;
export const eventTypeOf = (category: string): string => EVENT_TYPES[category] ?? category;

const parsed = (payload: string): unknown => {
  try {
    const value = JSON.parse(payload) as unknown;
    return typeof value === 'object' && value !== null ? value : payload;
  } catch {
    return payload; // text, in both forms
  }
};

/** As a group that speaks this form reads it: the newer one has a `kind`, a `category`, and an object as payload. */
function eventText(event: StoredEvent, form: FrameForm, experiences: readonly Experience[]): string {
  const { type, event_type: eventType, payload, ...fields } = eventFrame(event, experiences);
  return form === 'type'
    ? JSON.stringify({ type, event_type: eventType, ...fields, payload })
    : JSON.stringify({ kind: type, category: categoryOf(eventType), ...fields, payload: parsed(payload) });
}

/** Written once for all the groups that get the same text. */
export class EventPackets {
  private readonly same = new WeakMap<StoredEvent, Partial<Record<FrameForm, Packet>>>();

  of(event: StoredEvent, form: FrameForm, experiences: readonly Experience[]): Packet {
    if (experiences.length > 0) return Packet.raw(eventText(event, form, experiences));
    let packets = this.same.get(event);
    if (!packets) this.same.set(event, (packets = {}));
    return (packets[form] ??= Packet.raw(eventText(event, form, experiences)));
  }
}
