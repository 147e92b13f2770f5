import { HttpException } from '@nestjs/common';
import { CodedError } from '../../model/codes.js';
import type { Code } from '../../model/codes.js';

/** A refusal, and the HTTP status where that says more than the code's own. */
export interface Coded {
  readonly error: CodedError;
  readonly status?: number;
}

const BY_STATUS = new Map<number, Code>([
  [401, 'UNAUTHENTICATED'],
  [403, 'FORBIDDEN'],
  [404, 'NOT_FOUND'],
  [413, 'FRAME_TOO_LARGE'],
  [429, 'RATE_LIMITED'],
  [503, 'NOT_READY'],
]);
const REMEDY = new Map<Code, string>([
  ['BAD_JSON', 'The body is not valid JSON'],
  ['FRAME_TOO_LARGE', 'The body is too large: send less at once'],
]);

/** What a client may know of a thrown thing; INTERNAL, without any detail, where that is nothing. */
export const codedOf = (thrown: unknown, isUnavailable: (error: unknown) => boolean): Coded => {
  if (thrown instanceof CodedError) return { error: thrown };
  if (isUnavailable(thrown)) {
    return { error: new CodedError('STORE_UNAVAILABLE', 'The database is not available: try again soon', [], { retry_after_ms: 2_000 }) };
  }
  if (thrown instanceof HttpException) return ofHttpException(thrown);
  return INTERNAL;
};

const INTERNAL: Coded = { error: new CodedError('INTERNAL', 'Something went wrong on our side: it is in the log, under this request\'s X-Request-Id') };

const ofHttpException = (exception: HttpException): Coded => {
  const status = exception.getStatus();
  if (status >= 500 && status !== 503) return INTERNAL;
  const code = isBadJson(exception) ? 'BAD_JSON' : (BY_STATUS.get(status) ?? 'VALIDATION_ERROR');
  return { error: new CodedError(code, REMEDY.get(code) ?? exception.message, [], checksOf(exception)), status };
};

/** As body-parser marks it. */
const isBadJson = ({ cause }: HttpException): boolean =>
  (cause as { type?: unknown } | undefined)?.type === 'entity.parse.failed';

/** What @nestjs/terminus found wrong, by the names of the checks. */
const checksOf = (exception: HttpException): Record<string, unknown> => {
  const response = exception.getResponse();
  const failed = exception.getStatus() === 503 && typeof response === 'object' ? (response as { error?: unknown }).error : null;
  return typeof failed === 'object' && failed !== null ? { checks: failed } : {};
};
