/** Every error code of the product, once, for sockets and for HTTP. */
interface CodeRow {
  readonly http: number;
  /** WebSocket close code where the error ends the connection. */
  readonly close?: number;
  /** True: the same request may succeed later or elsewhere. */
  readonly retryable: boolean;
  readonly title: string;
}

const row = (http: number, retryable: boolean, title: string, close?: number): CodeRow =>
  close === undefined ? { http, retryable, title } : { http, retryable, title, close };

export const CODES = {
  BAD_JSON: row(400, false, 'The frame or body is not valid JSON', 4400),
  BINARY_UNSUPPORTED: row(400, false, 'Binary frames are not accepted here', 4400),
  UNKNOWN_TYPE: row(400, false, 'No such command', 4400),
  VALIDATION_ERROR: row(400, false, 'A field is missing or wrong', 4400),
  UNKNOWN_SYMBOL: row(404, false, 'No feed knows this symbol', 4404),
  NOT_FOUND: row(404, false, 'There is no such thing', 4404),
  UNAUTHENTICATED: row(401, false, 'A token is needed', 4401),
  TOKEN_INVALID: row(401, false, 'The token is not valid', 4401),
  TOKEN_EXPIRED: row(401, false, 'The token has expired', 4401),
  FORBIDDEN: row(403, false, 'Not allowed', 4403),
  SUBSCRIPTION_LIMIT: row(429, false, 'Too many rooms on one connection'),
  ALERT_LIMIT: row(429, false, 'Too many alerts of one client'),
  RATE_LIMITED: row(429, true, 'Too many requests', 4429),
  TOO_MANY_CONNECTIONS: row(503, true, 'Too many connections'),
  FRAME_TOO_LARGE: row(413, false, 'The frame or body is too large', 1009),
  HEARTBEAT_TIMEOUT: row(408, true, 'Nothing was heard for too long', 4001),
  SLOW_CONSUMER: row(503, true, 'The client does not read fast enough', 4008),
  DRAINING: row(503, true, 'This node is shutting down', 1012),
  REPLACED: row(409, false, 'The same token connected again', 1008),
  FEED_STALE: row(503, true, 'The market data is stale'),
  NOT_READY: row(503, true, 'Not ready yet'),
  STORE_UNAVAILABLE: row(503, true, 'The database is not available'),
  TOO_FEW_DOMAINS: row(422, false, 'Too few voters for a consensus'),
  IDEMPOTENCY_CONFLICT: row(409, false, 'The same key with another content'),
  HASH_MISMATCH: row(409, false, 'It is not what was shown'),
  EXPIRED: row(409, false, 'The time for it has passed'),
  STATE_FORBIDS: row(409, false, 'The state it is in does not allow it'),
  PRICE_DRIFTED: row(409, false, 'The price has moved too far'),
  SAME_APPROVER: row(409, false, 'A second person is needed'),
  LIMIT_BROKEN: row(409, false, 'A limit would be broken'),
  INTERNAL: row(500, false, 'Something went wrong on our side', 1011),
} as const satisfies Record<string, CodeRow>;

export type Code = keyof typeof CODES;

export interface ErrorDetail {
  readonly path: string;
  readonly message: string;
}

/** A refusal that a client may see. The message says what to do. */
export class CodedError extends Error {
  constructor(
    readonly code: Code,
    message: string,
    readonly details: readonly ErrorDetail[] = [],
    /** Beside the code on the wire, such as `retry_after_ms`. */
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'CodedError';
  }

  get row(): CodeRow {
    return CODES[this.code];
  }

  /** The error as every transport shows it. */
  toWire(): Record<string, unknown> {
    return { code: this.code, message: this.message, retryable: this.row.retryable, details: this.details, ...this.extra };
  }
}
