import { crc32 } from 'node:zlib';

export type Kind = 'raw' | 'socketio';

/** A message of a room's log as a frame carried it. */
export interface LoggedFrame {
  readonly room: string;
  readonly epoch: string;
  readonly offset: number;
  /** Of type and body; the log's row has the same (`digestOf`). */
  readonly digest: number;
  /** `performance.now()` of the load's writer when it said this; null where another said it. */
  readonly saidAt: number | null;
}

const ROOM = Buffer.from('"room":"');
const TIME = Buffer.from('"timestamp":"');
const STAMP = Buffer.from('{"t":');
const [QUOTE, COLON, NINE, ZERO] = [34, 58, 57, 48];

export const digestOf = (type: string, body: string): number => crc32(body, crc32(type));

/** Reads the place from the end of a frame and parses nothing else; null where it is no logged message. */
export function loggedFrame(frame: Buffer, kind: Kind): LoggedFrame | null {
  const raw = kind === 'raw';
  let at = frame.length - (raw ? 2 : 3); // before `}` or `}]`
  let offset = 0;
  let unit = 1;
  for (let byte = frame[at]!; byte >= ZERO && byte <= NINE; byte = frame[--at]!) {
    offset += (byte - ZERO) * unit;
    unit *= 10;
  }
  if (unit === 1 || frame[at] !== COLON) return null;
  const roomAt = frame.lastIndexOf(ROOM, at);
  const timeAt = frame.lastIndexOf(TIME, roomAt);
  if (timeAt < 0) return null;
  const [, , , room, , , , epoch] = frame.toString('latin1', roomAt, at).split('"');
  const typeAt = raw ? 9 : 4; // {"type":"T","data":BODY,"timestamp"…  42["T",BODY,{"timestamp"…
  const typeEnd = frame.indexOf(QUOTE, typeAt);
  const body = frame.subarray(typeEnd + (raw ? 9 : 2), timeAt - (raw ? 1 : 2));
  return { room: room!, epoch: epoch!, offset, digest: crc32(body, crc32(frame.subarray(typeAt, typeEnd))), saidAt: saidAt(body) };
}

function saidAt(body: Buffer): number | null {
  if (body.compare(STAMP, 0, STAMP.length, 0, STAMP.length) !== 0) return null;
  return Number(body.toString('latin1', STAMP.length, body.indexOf(44, STAMP.length)));
}

/** A price that has come anew, and no snapshot. */
export function isPrice(frame: Buffer, kind: Kind): boolean {
  const at = kind === 'raw' ? 9 : 4;
  return frame[at] === 112 && frame[at + 1] === 114 && frame[frame.length - (kind === 'raw' ? 2 : 3)] === QUOTE;
}
