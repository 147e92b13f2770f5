/** What the server says to a group, read from its frames: nothing of it is trusted to have its shape. */
export type Frame = Readonly<Record<string, unknown>>;

export const LEADER = 'group_leader';

export interface RunnerMember {
  readonly memberId: string;
  readonly name: string;
  readonly role: string;
  readonly provider: string | null;
  readonly model: string | null;
  /** Empty: the role's own. */
  readonly systemPrompt: string;
}

/** `config` of the first ack and of `config_update`. */
export interface RunnerGroup {
  readonly groupId: string;
  readonly name: string;
  readonly market: string;
  readonly symbol: string;
  readonly interval: string;
  readonly leverage: number;
  readonly marginUsd: number;
  readonly positionMode: 'oneway' | 'hedge';
  /** null: the server does not say. */
  readonly accountId: string | null;
  readonly members: readonly RunnerMember[];
}

/** A lesson of the past that came with an event. */
interface HeardExperience {
  readonly id: string;
  readonly lesson: string;
  /** Share of the entry price, signed by side: positive paid. */
  readonly outcomeReturn: number;
}

export interface HeardEvent {
  readonly id: string;
  readonly eventType: string;
  readonly sourceId: string;
  /** 1 to 10; higher first. */
  readonly priority: number;
  readonly title: string;
  /** As it came. */
  readonly payload: string;
  /** The payload where it is a JSON object, else empty. */
  readonly data: Frame;
  readonly tags: readonly string[];
  readonly correlationId: string;
  readonly createdAt: string | null;
  readonly experiences: readonly HeardExperience[];
}

const record = (value: unknown): Frame => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Frame) : {});
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const number = (value: unknown, otherwise: number): number => (typeof value === 'number' && Number.isFinite(value) ? value : otherwise);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** A frame, or null where the text is no JSON object. */
export function frameIn(message: string): Frame | null {
  try {
    const value: unknown = JSON.parse(message);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Frame) : null;
  } catch {
    return null; // the caller reports it
  }
}

/** The group of an ack's or a config_update's `config`; null where there is none. */
export function groupIn(config: unknown): RunnerGroup | null {
  const given = record(config);
  if (text(given['group_id']) === '' || text(given['group_name']) === '' || text(given['symbol']) === '') return null;
  return {
    groupId: text(given['group_id']), name: text(given['group_name']), market: text(given['market']), symbol: text(given['symbol']),
    interval: text(given['interval']), leverage: number(given['leverage'], 1), marginUsd: number(given['margin_usd'], 0),
    positionMode: given['position_mode'] === 'hedge' ? 'hedge' : 'oneway', accountId: textOrNull(given['account_id']),
    members: list(given['members']).map(memberIn),
  };
}

function memberIn(value: unknown): RunnerMember {
  const given = record(value);
  return {
    memberId: text(given['member_id']), name: text(given['name']) || text(given['role']), role: text(given['role']),
    provider: textOrNull(given['provider']), model: textOrNull(given['model']), systemPrompt: text(given['system_prompt']),
  };
}

/** An event of either form; null where it has no id. */
export function eventIn(frame: Frame): HeardEvent | null {
  const id = text(frame['id']);
  if (id === '') return null;
  const payload = typeof frame['payload'] === 'string' ? frame['payload'] : JSON.stringify(frame['payload'] ?? '');
  return {
    id, eventType: text(frame['event_type']) || text(frame['category']) || 'immediate', sourceId: text(frame['source_id']),
    priority: number(frame['priority'], 5), title: text(frame['title']), payload, data: frameIn(payload) ?? {},
    tags: list(frame['tags']).filter((tag): tag is string => typeof tag === 'string'),
    correlationId: text(record(record(frame['condition'])['trace'])['correlation_id']) || id,
    createdAt: textOrNull(frame['created_at']), experiences: list(frame['experiences']).map(experienceIn).filter(({ lesson }) => lesson !== ''),
  };
}

function experienceIn(value: unknown): HeardExperience {
  const given = record(value);
  return { id: text(given['id']), lesson: text(given['lesson']), outcomeReturn: number(given['outcome_return'], 0) };
}

/** `config` beside the event or in its payload. */
export const configIn = (frame: Frame, event: HeardEvent): RunnerGroup | null =>
  groupIn(frame['config']) ?? groupIn(event.data['config']) ?? groupIn(event.data);
