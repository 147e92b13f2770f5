import type { FrameForm } from '../../storage/groups-schema.js';
import type { Flaw } from '../answer.js';
import type { NewEvent } from '../events/event.js';
import { eventTypeOf } from '../events/event-frames.js';
import { LONGEST_KEY } from '../idempotency.js';

/** What a trigger may say of an event; who it is from is not its to say. */
export interface EventFields extends Omit<NewEvent, 'key' | 'origin' | 'sourceId' | 'originId'> {
  /** The same event again within a day is the first one. */
  readonly idempotencyKey: string | null;
}

export type CheckedEvent =
  | { readonly kind: 'event'; readonly event: EventFields }
  | { readonly kind: 'flawed'; readonly flaws: readonly Flaw[] }
  | { readonly kind: 'forbidden'; readonly flaws: readonly Flaw[] };

/** Those of groups and of the server itself. */
const FORBIDDEN: ReadonlySet<string> = new Set(['post_trade', 'order_update', 'config_update', 'system']);
const EVENT_TYPE = /^[a-z0-9_]{1,40}$/;
const DEFAULT_PRIORITY = 5;
const MOST_TARGETS = 1000;
const TARGET = 200;
const TITLE = 200;
const MOST_TAGS = 20;
const TAG = 40;
const CORRELATION = 128;

type Fields = Readonly<Record<string, unknown>>;

/** Every flaw of a trigger's frame with its path, or what it says. `form`: `kind` says `category` and may send an object as payload. */
export function checkEvent(frame: unknown, form: FrameForm, payloadBytes: number): CheckedEvent {
  if (!isObject(frame)) return { kind: 'flawed', flaws: [{ path: '', message: 'must be a JSON object with the fields of an event' }] };
  const flaws: Flaw[] = [];
  const typePath = form === 'kind' && frame['category'] !== undefined ? 'category' : 'event_type';
  const eventType = typeOf(frame[typePath], typePath, flaws);
  if (FORBIDDEN.has(eventType)) {
    return { kind: 'forbidden', flaws: [{ path: typePath, message: `a trigger may not send ${String(frame[typePath])}: it is for groups and the server; use immediate or a name of your own` }] };
  }
  const condition = conditionOf(frame['condition'], flaws);
  const event: EventFields = {
    eventType,
    priority: priorityOf(frame['priority'], flaws),
    targets: textsOf(frame['targets'], { path: 'targets', least: 1, most: MOST_TARGETS, longest: TARGET, what: 'name of a group' }, flaws),
    title: textOf(frame['title'], 'title', TITLE, flaws),
    payload: payloadOf(frame['payload'], form, payloadBytes, flaws),
    tags: textsOf(frame['tags'] ?? [], { path: 'tags', least: 0, most: MOST_TAGS, longest: TAG, what: 'tag' }, flaws),
    condition,
    ...traceOf(condition, flaws),
  };
  return flaws.length > 0 ? { kind: 'flawed', flaws } : { kind: 'event', event };
}

function typeOf(value: unknown, path: string, flaws: Flaw[]): string {
  if (value === undefined) return 'immediate';
  const named = path === 'category' && typeof value === 'string' ? eventTypeOf(value) : value;
  if (typeof named === 'string' && EVENT_TYPE.test(named)) return named;
  flaws.push({ path, message: 'must be 1 to 40 of a-z, 0-9 and _' });
  return '';
}

function priorityOf(value: unknown, flaws: Flaw[]): number {
  if (value === undefined) return DEFAULT_PRIORITY;
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 10) return Number(value);
  flaws.push({ path: 'priority', message: 'must be an integer from 1 to 10; 10 is first' });
  return DEFAULT_PRIORITY;
}

interface Texts {
  readonly path: string;
  readonly least: number;
  readonly most: number;
  readonly longest: number;
  readonly what: string;
}

function textsOf(value: unknown, { path, least, most, longest, what }: Texts, flaws: Flaw[]): readonly string[] {
  if (!Array.isArray(value) || value.length < least || value.length > most) {
    flaws.push({ path, message: least > 0 ? `must be a list of ${least} to ${most}, each the ${what}` : `must be a list of at most ${most}` });
    return [];
  }
  const good = value.map((each: unknown, at) => textOf(each, `${path}[${at}]`, longest, flaws));
  return [...new Set(good)];
}

function textOf(value: unknown, path: string, longest: number, flaws: Flaw[]): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= longest && !value.includes('\0')) return value;
  flaws.push({ path, message: `must be text of 1 to ${longest} characters` });
  return '';
}

function payloadOf(value: unknown, form: FrameForm, most: number, flaws: Flaw[]): string {
  const text = form === 'kind' && isObject(value) ? jsonText(value) : value;
  if (typeof text !== 'string' || text.includes('\0')) {
    const forms = form === 'kind' ? 'must be a string or an object' : 'must be a string, such as JSON text: JSON.stringify what is an object';
    flaws.push({ path: 'payload', message: text === null && value !== null ? 'is nested too deeply' : forms });
    return '';
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > most) flaws.push({ path: 'payload', message: `has ${bytes} bytes and may have ${most}: send a link to what is long` });
  return text;
}

function conditionOf(value: unknown, flaws: Flaw[]): Fields | null {
  if (value === undefined || value === null) return null;
  if (isObject(value) && jsonText(value) !== null) return value;
  flaws.push({ path: 'condition', message: 'must be an object' });
  return null;
}

function traceOf(condition: Fields | null, flaws: Flaw[]): Pick<EventFields, 'correlationId' | 'idempotencyKey'> {
  const trace = condition?.['trace'];
  if (trace === undefined) return { correlationId: null, idempotencyKey: null };
  if (!isObject(trace)) {
    flaws.push({ path: 'condition.trace', message: 'must be an object' });
    return { correlationId: null, idempotencyKey: null };
  }
  const { correlation_id: id, idempotency_key: key } = trace;
  return {
    correlationId: id === undefined ? null : textOf(id, 'condition.trace.correlation_id', CORRELATION, flaws) || null,
    idempotencyKey: key === undefined || key === null ? null : textOf(key, 'condition.trace.idempotency_key', LONGEST_KEY, flaws) || null,
  };
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** null: it is nested so deeply that it cannot be written. */
function jsonText(value: Fields): string | null {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
