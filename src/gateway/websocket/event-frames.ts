import type { Answer } from '../../groups/answer.js';
import { eventTypeOf } from '../../groups/events/event-frames.js';
import { CodedError, type Code } from '../../model/codes.js';
import type { FrameForm } from '../../storage/groups-schema.js';

/** A frame of a group or a trigger in the words of the old form, whichever it came in. */
export interface EventFrameIn {
  /** `event`, `ack`, `system`, `ping`, or what it says. */
  readonly type: string;
  readonly form: FrameForm;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** @throws CodedError BINARY_UNSUPPORTED, BAD_JSON, VALIDATION_ERROR, UNKNOWN_TYPE */
export function readEventFrame(data: Buffer, binary: boolean): EventFrameIn {
  if (binary) throw new CodedError('BINARY_UNSUPPORTED', 'Send JSON in text frames');
  let frame: unknown;
  try {
    frame = JSON.parse(data.toString());
  } catch {
    throw new CodedError('BAD_JSON', 'The frame is not JSON: send {"type":"event", …}');
  }
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    throw new CodedError('VALIDATION_ERROR', 'A frame must be an object with a "type"', [{ path: '', message: 'must be an object' }]);
  }
  const { type, kind, category, ...fields } = frame as Record<string, unknown>;
  if (typeof type === 'string') return { type, form: 'type', fields: { ...fields, ...(category === undefined ? {} : { category }) } };
  if (typeof kind !== 'string') throw new CodedError('UNKNOWN_TYPE', 'The frame has no "type": there are event, ack, system and ping');
  const known = typeof category === 'string' ? { event_type: eventTypeOf(category) } : category === undefined ? {} : { event_type: category };
  return { type: kind === 'log' ? 'system' : kind, form: 'kind', fields: { ...fields, ...known } };
}

/** In the form that it was asked in. */
export const answerText = (answer: Answer, form: FrameForm): string => JSON.stringify({ [form]: 'ack', ...answer });

/** The words for what the table of codes refuses. */
const WORDS: Partial<Record<Code, string>> = { VALIDATION_ERROR: 'validation_error', FORBIDDEN: 'forbidden_event' };

export const refusalAnswer = (error: CodedError): Answer => ({
  ok: false, message: WORDS[error.code] ?? error.code, retryable: error.row.retryable,
  detail: error.details.length > 0 ? error.details : [{ path: '', message: error.message }], ...error.extra,
});
