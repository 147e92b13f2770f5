import { CodedError } from '../../model/codes.js';
import type { Code } from '../../model/codes.js';

/** A refusal as HTTP shows it (RFC 9457), also at an upgrade. */
export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** `{type, title, status, detail, code, errors?}` and what the error adds, such as `retry_after_ms`. */
  readonly body: Readonly<Record<string, unknown>>;
}

const URN = 'urn:conclave:error:';
const TOKEN_CODES: readonly Code[] = ['TOKEN_INVALID', 'TOKEN_EXPIRED'];

/** The HTTP status: the code's own, but 429 for an address with too many connections. */
const statusOf = ({ code, row, extra }: CodedError): number =>
  code === 'TOO_MANY_CONNECTIONS' && extra['limit'] === 'address' ? 429 : row.http;

/** @param status where HTTP knows one that says more than the code's, such as 405 */
export const problemOf = (error: CodedError, status = statusOf(error)): Problem => ({
  status,
  headers: {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Cache-Control': 'no-store',
    ...retryAfter(error),
    ...challenge(error),
  },
  body: {
    ...error.extra,
    type: `${URN}${error.code}`,
    title: error.row.title,
    status,
    detail: error.message,
    code: error.code,
    ...(error.details.length > 0 ? { errors: error.details } : {}),
  },
});

/** Whole seconds, rounded up, at least 1 (RFC 9110, 10.2.3). */
const retryAfter = ({ extra }: CodedError): Record<string, string> => {
  const waitMs = extra['retry_after_ms'];
  return typeof waitMs === 'number' ? { 'Retry-After': String(Math.max(1, Math.ceil(waitMs / 1000))) } : {};
};

/** RFC 6750, 3. */
const challenge = ({ code, row }: CodedError): Record<string, string> => {
  if (row.http !== 401) return {};
  return { 'WWW-Authenticate': TOKEN_CODES.includes(code) ? 'Bearer error="invalid_token"' : 'Bearer' };
};
