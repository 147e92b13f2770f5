import { createHmac, timingSafeEqual } from 'node:crypto';
import { CodedError } from '../../model/codes.js';

/** As the sender's headers have them. */
export interface SignedWith {
  /** `X-Conclave-Timestamp`: seconds since 1970. */
  readonly timestamp: string | undefined;
  /** `X-Conclave-Signature`: `sha256=<hex>`. */
  readonly signature: string | undefined;
}

const WINDOW_S = 300;
const HOW = 'send X-Conclave-Timestamp (seconds since 1970) and X-Conclave-Signature: sha256=<hex of the HMAC-SHA256 of "<timestamp>.<body>">';

/**
 * HMAC-SHA256 of `<timestamp>.<raw body>`, compared in constant time; the timestamp may be off by 300 s either way.
 * Returns the signature, hexadecimal.
 * @throws CodedError UNAUTHENTICATED where there is none, TOKEN_INVALID where it is wrong or out of its time
 */
export function checkSignature({ timestamp, signature }: SignedWith, body: Buffer, secret: string, now: number): string {
  if (!timestamp || !signature) throw new CodedError('UNAUTHENTICATED', `A signature is needed: ${HOW}`);
  const given = /^sha256=([0-9a-f]{64})$/i.exec(signature)?.[1]?.toLowerCase();
  if (given === undefined || !/^\d{1,12}$/.test(timestamp)) throw new CodedError('TOKEN_INVALID', `The signature cannot be read: ${HOW}`);
  const right = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
  if (!timingSafeEqual(right, Buffer.from(given, 'hex'))) {
    throw new CodedError('TOKEN_INVALID', 'The signature does not fit: sign "<timestamp>.<body>", byte for byte as sent, with the secret that the trigger was made with');
  }
  const offS = Math.round(now / 1000 - Number(timestamp));
  if (Math.abs(offS) <= WINDOW_S) return given;
  throw new CodedError('TOKEN_INVALID', `The timestamp is ${Math.abs(offS)} s ${offS > 0 ? 'old' : 'ahead'} and may be off by ${WINDOW_S}: sign it when it is sent, and set the clock`);
}
