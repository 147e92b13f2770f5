import type { FrameForm } from '../../storage/groups-schema.js';
import type { Flaw } from '../answer.js';
import type { Group } from '../group.js';
import { LONGEST_KEY } from '../idempotency.js';
import { hashOfCanonical } from './canonical.js';
import { CheckedFields, isObject, type Json } from './checked-fields.js';
import { readSignal, type Symbols, type TradeSignal } from './trade-signal.js';

/** A group's `post_trade`, checked. */
export interface PostTrade {
  readonly signal: TradeSignal;
  /** 1 to 10. */
  readonly priority: number;
  readonly targets: readonly string[];
  readonly title: string;
  readonly tags: readonly string[];
  /** JSON text; as it came, where it came as text. */
  readonly payload: string;
  readonly payloadHash: string;
  readonly condition: Json;
  /** null: the id of its event. */
  readonly correlationId: string | null;
  readonly idempotencyKey: string | null;
}

export interface ReadPostTrade {
  /** null: there are flaws. */
  readonly trade: PostTrade | null;
  readonly flaws: readonly Flaw[];
  /** `payload.source_id`: a label that must not be another group's. */
  readonly label: string | null;
  /** Where it could be read, whatever else is wrong. */
  readonly correlationId: string | null;
}

const DEFAULT_PRIORITY = 5;
const [MOST_TARGETS, TARGET, TITLE, MOST_TAGS, TAG, TRACE, LABEL] = [1000, 200, 200, 20, 40, 128, 200];

/** Every flaw with its path. `form`: the newer one's payload may be an object. */
export function readPostTrade(given: unknown, form: FrameForm, group: Group, symbols: Symbols): ReadPostTrade {
  const flaws: Flaw[] = [];
  if (!isObject(given)) return { trade: null, flaws: [{ path: '', message: 'must be an object with the fields of a post_trade event' }], label: null, correlationId: null };
  const frame = new CheckedFields(given, '', flaws);
  if (given['event_type'] !== 'post_trade') {
    const [name, word] = form === 'kind' ? ['category', 'decision'] : ['event_type', 'post_trade'];
    frame.wrong(name, `must be ${word}: it is the one event that a group sends`);
  }
  const fields = {
    priority: frame.whole('priority', 1, 10) ?? DEFAULT_PRIORITY, targets: frame.texts('targets', MOST_TARGETS, TARGET),
    title: frame.text('title', { most: TITLE }), tags: frame.texts('tags', MOST_TAGS, TAG), ...conditionOf(frame),
  };
  const { label, read } = payloadOf(frame, form, group, symbols);
  const { correlationId } = fields;
  if (flaws.length > 0 || !read) return { trade: null, flaws, label, correlationId };
  return { flaws, label, correlationId, trade: { ...fields, ...read, title: fields.title || `${read.signal.action} ${read.signal.symbol}` } };
}

function conditionOf(frame: CheckedFields): Pick<PostTrade, 'condition' | 'correlationId' | 'idempotencyKey'> {
  const condition = frame.object('condition');
  if (condition?.raw('domain') !== 'trade_decision' && (condition || !frame.has('condition'))) {
    frame.wrong('condition.domain', 'must be trade_decision');
  }
  const trace = condition?.object('trace');
  return {
    condition: condition ? frame.raw('condition') as Json : {},
    correlationId: trace?.text('correlation_id', { least: 1, most: TRACE }) ?? null,
    idempotencyKey: trace?.text('idempotency_key', { least: 1, most: LONGEST_KEY }) ?? null,
  };
}

interface ReadPayload {
  readonly label: string | null;
  readonly read: Pick<PostTrade, 'signal' | 'payload' | 'payloadHash'> | null;
}

function payloadOf(frame: CheckedFields, form: FrameForm, group: Group, symbols: Symbols): ReadPayload {
  const value = valueOf(frame, form);
  if (value === null) return { label: null, read: null };
  const hash = hashed(value);
  if (hash === null) frame.wrong('payload', 'is nested too deeply');
  const payload = new CheckedFields(value, 'payload', frame.flaws);
  const label = payload.text('source_id', { most: LABEL });
  const signal = readSignal(payload, group, symbols);
  const came = frame.raw('payload');
  return { label, read: signal && hash !== null ? { signal, payloadHash: hash, payload: typeof came === 'string' ? came : JSON.stringify(came) } : null };
}

function valueOf(frame: CheckedFields, form: FrameForm): Json | null {
  const came = frame.raw('payload');
  if (form === 'kind' && isObject(came)) return came;
  if (typeof came !== 'string') {
    return frame.wrong('payload', form === 'kind' ? 'must be an object' : 'must be a JSON-encoded string, not an object: use JSON.stringify or json.dumps');
  }
  const parsed = parse(came);
  if (isObject(parsed)) return parsed;
  const notJson = /\b(NaN|Infinity)\b/.test(came) ? 'is not JSON, which has no NaN and no Infinity: send qty 0, and the server sizes it' : 'is not JSON: use JSON.stringify or json.dumps';
  return frame.wrong('payload', parsed === undefined ? notJson : 'must be the JSON text of an object');
}

/** undefined: it is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function hashed(value: Json): string | null {
  try {
    return hashOfCanonical(value);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
