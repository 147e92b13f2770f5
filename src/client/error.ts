import type { Code, ErrorDetail } from '../model/codes.js';

/** Codes that the client says itself, beside the server's. */
export type ClientCode =
  /** No answer in time. */
  | 'TIMEOUT'
  /** The connection broke before the answer; whether the command was carried out is not known. */
  | 'CONNECTION_LOST'
  /** Nobody answers at the address, or not as a Conclave server. */
  | 'CANNOT_CONNECT'
  /** `close()` was called. */
  | 'CLOSED';

/** A refusal by the server, or a failure to reach it. */
export class ConclaveError extends Error {
  /** @param extra beside the code on the wire, such as `retry_after_ms` */
  constructor(
    readonly code: Code | ClientCode | (string & {}),
    message: string,
    /** True: the same request may succeed later. */
    readonly retryable: boolean,
    readonly details: readonly ErrorDetail[] = [],
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'ConclaveError';
  }

  /** The wait that the server asked for, in milliseconds; 0 where it asked for none. */
  get retryAfterMs(): number {
    const wait = this.extra['retry_after_ms'];
    return typeof wait === 'number' && wait > 0 ? wait : 0;
  }
}

/** An error frame's `data` as an error. */
export function errorFromWire(data: unknown): ConclaveError {
  const { code, message, retryable, details, ...extra } = (data ?? {}) as Record<string, unknown>;
  return new ConclaveError(
    typeof code === 'string' ? code : 'INTERNAL',
    typeof message === 'string' ? message : 'The server reported an error without a message',
    retryable === true,
    Array.isArray(details) ? (details as ErrorDetail[]) : [],
    extra,
  );
}
