import { CodedError } from '../../model/codes.js';
import type { Outbox } from '../../rooms/outbox.js';
import { Packet } from '../../rooms/packet.js';
import type { Incoming } from '../commands/command-queue.js';
import type { Reply } from '../sessions/transport.js';
import { readMsgpack } from './msgpack-reader.js';

type Id = string | number | undefined;
const LONGEST_ID = 128;

/** What a frame asks for; one that asks for nothing is `bad`, with the reason. With `?format=msgpack` binary ones are MessagePack, text stays JSON. */
export function readFrame(data: Buffer, binary: boolean, outbox: Outbox): Incoming {
  const bad = (error: CodedError, id?: Id): Incoming => ({ kind: 'bad', error, reply: rawReply(outbox, id) });
  const msgpack = outbox.format.startsWith('msgpack');
  if (binary && !msgpack) return bad(new CodedError('BINARY_UNSUPPORTED', 'Send JSON in text frames, or connect with ?format=msgpack'));
  let frame: unknown;
  try {
    frame = binary ? readMsgpack(data) : JSON.parse(data.toString());
  } catch (error) {
    const why = binary ? `The frame is not MessagePack that JSON could say: ${(error as Error).message}` : 'The frame is not JSON';
    return bad(new CodedError('BAD_JSON', `${why}: send {"type":"subscribe","symbol":"AAPL"}`));
  }
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    return bad(new CodedError('VALIDATION_ERROR', 'A frame must be an object with a "type"', [{ path: '', message: 'must be an object' }]));
  }
  const { type, id, data: nested, ...fields } = frame as Record<string, unknown>;
  if (!isId(id)) {
    return bad(new CodedError('VALIDATION_ERROR', `id: must be a string of at most ${LONGEST_ID} characters or a number`, [{ path: 'id', message: 'must be a short string or a number' }]));
  }
  if (typeof type !== 'string') return bad(new CodedError('UNKNOWN_TYPE', 'The frame has no "type": send {"type":"subscribe","symbol":"AAPL"}'), id);
  if (nested !== undefined && (typeof nested !== 'object' || nested === null || Array.isArray(nested))) {
    return bad(new CodedError('VALIDATION_ERROR', 'data: must be an object', [{ path: 'data', message: 'must be an object' }]), id);
  }
  return { kind: 'command', type, payload: nested ? { ...nested, ...fields } : fields, reply: rawReply(outbox, id) };
}

const isId = (id: unknown): id is Id => id === undefined || typeof id === 'number' || (typeof id === 'string' && id.length <= LONGEST_ID);

const rawReply = (outbox: Outbox, id: Id): Reply => {
  const push = (answer: Record<string, unknown>): void => outbox.push(Packet.raw(JSON.stringify({ ...answer, timestamp: new Date().toISOString() })));
  return {
    ok: (data, kind = 'ack') => push(kind === 'ack' ? { type: kind, id, ok: true, data } : { type: kind, id, data }),
    error: (error) => push({ type: 'error', id, data: error.toWire() }),
  };
};

/** For what the server does by itself, such as the subscription of `/ws/symbols/{symbol}`. */
export const ownReply = (outbox: Outbox): Reply => rawReply(outbox, undefined);
