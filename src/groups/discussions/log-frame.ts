import type { Flaw } from '../answer.js';

export const DISCUSSION_LOG = 'TRADING_GROUP_DISCUSSION_LOG';
const MOST_OPINIONS = 50;
const MOST_FIELDS = 100;
const DEEPEST = 8;
const LONGEST_TEXT = 8000;
const LONGEST_MESSAGE = 2000;
const LONGEST_DETAIL = 256 * 1024;
const CODE = /^[A-Za-z0-9_.:-]{1,64}$/;

type Fields = Readonly<Record<string, unknown>>;

/** A frame of type `system`, checked; its texts are cut, nothing else is changed. */
export interface LogFrame {
  readonly level: string;
  readonly code: string;
  readonly message: string;
  /** null: there is none. */
  readonly detail: unknown;
}

/** `detail` of a discussion. */
export interface DiscussionDetail {
  readonly groupId: string | null;
  readonly eventId: string | null;
  readonly correlationId: string | null;
  readonly symbol: string | null;
  readonly opinions: readonly Fields[];
  readonly decision: Fields | null;
}

export type Read<T> = { readonly value: T } | { readonly flaws: readonly Flaw[] };

export function logFrame(frame: unknown): Read<LogFrame> {
  if (!isFields(frame)) return { flaws: [{ path: '', message: 'a frame must be an object' }] };
  const flaws: Flaw[] = [];
  const level = textAt(frame, 'level', 20, flaws) ?? 'info';
  const code = textAt(frame, 'code', 64, flaws);
  if (code === null && flaws.every(({ path }) => path !== 'code')) flaws.push({ path: 'code', message: `is missing: say ${DISCUSSION_LOG}, or a code of your own` });
  else if (code !== null && !CODE.test(code)) flaws.push({ path: 'code', message: 'must be 1 to 64 of A-Z a-z 0-9 _ . : -' });
  const message = frame['message'] ?? '';
  if (typeof message !== 'string') flaws.push({ path: 'message', message: 'must be a text' });
  const detail = bounded(frame['detail'] ?? null, 'detail', 1, flaws);
  if (flaws.length === 0 && JSON.stringify(detail).length > LONGEST_DETAIL) flaws.push({ path: 'detail', message: `is longer than ${LONGEST_DETAIL} characters` });
  return flaws.length > 0 ? { flaws } : { value: { level, code: code!, message: cut(message as string, LONGEST_MESSAGE), detail } };
}

export function discussionDetail(detail: unknown): Read<DiscussionDetail> {
  if (!isFields(detail)) return { flaws: [{ path: 'detail', message: 'must be an object: {group_id, member_opinions, decision}' }] };
  const flaws: Flaw[] = [];
  const trace = detail['trace'] ?? {};
  if (!isFields(trace)) flaws.push({ path: 'detail.trace', message: 'must be an object' });
  const value: DiscussionDetail = {
    groupId: textAt(detail, 'group_id', 128, flaws, 'detail.'), eventId: textAt(detail, 'event_id', 128, flaws, 'detail.'),
    correlationId: textAt(detail, 'correlation_id', 128, flaws, 'detail.') ?? (isFields(trace) ? textAt(trace, 'correlation_id', 128, flaws, 'detail.trace.') : null),
    symbol: textAt(detail, 'symbol', 20, flaws, 'detail.'), opinions: opinionsOf(detail['member_opinions'] ?? [], flaws), decision: decisionOf(detail['decision'] ?? null, flaws),
  };
  return flaws.length > 0 ? { flaws } : { value };
}

function opinionsOf(value: unknown, flaws: Flaw[]): readonly Fields[] {
  const path = 'detail.member_opinions';
  if (!Array.isArray(value)) flaws.push({ path, message: 'must be a list of objects: [{name, role, opinion, confidence, reasoning}]' });
  else if (value.length > MOST_OPINIONS) flaws.push({ path, message: `has ${value.length}: at most ${MOST_OPINIONS} are taken` });
  else for (const [at, each] of value.entries()) if (!isFields(each)) flaws.push({ path: `${path}.${at}`, message: 'must be an object' });
  return value as readonly Fields[];
}

function decisionOf(value: unknown, flaws: Flaw[]): Fields | null {
  if (value === null || isFields(value)) return value;
  flaws.push({ path: 'detail.decision', message: 'must be an object' });
  return null;
}

/** null where there is none; 1 to `longest` characters. */
function textAt(fields: Fields, name: string, longest: number, flaws: Flaw[], before = ''): string | null {
  const value = fields[name] ?? null;
  if (value === null) return null;
  if (typeof value === 'string' && value.length > 0 && value.length <= longest && !value.includes('\0')) return value;
  flaws.push({ path: `${before}${name}`, message: `must be a text of 1 to ${longest} characters` });
  return null;
}

/** The value with its texts cut; what is too wide or too deep is a flaw. */
function bounded(value: unknown, path: string, depth: number, flaws: Flaw[]): unknown {
  if (typeof value === 'string') return cut(value, LONGEST_TEXT);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length > MOST_FIELDS) flaws.push({ path, message: `has ${entries.length} entries: at most ${MOST_FIELDS} are taken` });
  else if (depth > DEEPEST) flaws.push({ path, message: `lies deeper than ${DEEPEST} levels` });
  else {
    const inside = entries.map(([name, each]) => [name, bounded(each, `${path}.${name}`, depth + 1, flaws)] as const);
    return Array.isArray(value) ? inside.map(([, each]) => each) : Object.fromEntries(inside);
  }
  return null;
}

/** NUL goes: PostgreSQL stores none. */
const cut = (text: string, longest: number): string => {
  const clean = text.replaceAll('\0', '');
  return clean.length <= longest ? clean : `${clean.slice(0, longest - 1)}…`;
};

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
