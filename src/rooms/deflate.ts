import { constants, deflateRawSync } from 'node:zlib';
import { frameOf, payloadOf } from './frame.js';

/** Payloads below this many bytes are sent as they are: it would hardly make them smaller. */
const LEAST = 200;
const RSV1 = 0x40;
const FAST = { level: 3, finishFlush: constants.Z_SYNC_FLUSH };
/** What a sync flush ends with; the receiver puts it back (RFC 7692, 7.2.1). */
const TAIL = 4;

/**
 * The frame compressed by permessage-deflate (RFC 7692), or as it is where that makes it no smaller. It leans on no frame
 * before it (`server_no_context_takeover`), so that one serves every client.
 */
export function deflated(frame: Buffer): Buffer {
  const payload = payloadOf(frame);
  if (payload.length < LEAST) return frame;
  const small = deflateRawSync(payload, FAST);
  return small.length - TAIL < payload.length ? frameOf(frame[0]! | RSV1, small.subarray(0, -TAIL)) : frame;
}
