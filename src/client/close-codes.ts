import { CODES } from '../model/codes.js';
import type { Code } from '../model/codes.js';
import { ConclaveError } from './error.js';

/** RFC 6455 closes that would only repeat themselves: protocol, kind, text, policy, size, extension. */
const TERMINAL_STANDARD = new Set([1002, 1003, 1007, 1008, 1009, 1010]);

/** The code that names a close best where no error frame came before it. */
const NAMED: ReadonlyMap<number, Code> = new Map([
  [4400, 'VALIDATION_ERROR'], [4401, 'UNAUTHENTICATED'], [4403, 'FORBIDDEN'], [4404, 'NOT_FOUND'], [4429, 'RATE_LIMITED'],
  [4001, 'HEARTBEAT_TIMEOUT'], [4008, 'SLOW_CONSUMER'], [1012, 'DRAINING'], [1008, 'REPLACED'], [1009, 'FRAME_TOO_LARGE'],
]);
const HTTP_NAMED: ReadonlyMap<number, Code> = new Map([
  [401, 'UNAUTHENTICATED'], [403, 'FORBIDDEN'], [404, 'NOT_FOUND'], [429, 'TOO_MANY_CONNECTIONS'], [503, 'TOO_MANY_CONNECTIONS'],
]);

/** True where coming back would end the same way: the closes 44xx but 4429, and those of a broken protocol or policy. */
export function isTerminalClose(code: number): boolean {
  if (code >= 4400 && code < 4500) return code !== CODES.RATE_LIMITED.close;
  return TERMINAL_STANDARD.has(code);
}

/** A connection that was up has ended. `said` is the error frame that came last, if any. */
export function closeError(code: number, reason: string, said: ConclaveError | null): ConclaveError {
  const retryable = !isTerminalClose(code);
  if (said !== null && (said.retryable === retryable || !retryable)) {
    return new ConclaveError(said.code, said.message, retryable, said.details, said.extra);
  }
  const named = NAMED.get(code);
  const title = named === undefined ? 'The connection ended' : CODES[named].title;
  return new ConclaveError(named ?? 'CONNECTION_LOST', `${reason || title} (close ${code})`, retryable);
}

/** A connection never came up: `detail` is what the socket said, with the HTTP status of a refused upgrade where it tells. */
export function connectError(url: string, detail: string): ConclaveError {
  const status = Number(/Unexpected server response: (\d{3})/.exec(detail)?.[1] ?? 0);
  const named = HTTP_NAMED.get(status);
  if (named !== undefined) {
    return new ConclaveError(named, `${CODES[named].title} (HTTP ${status} at ${url})`, CODES[named].retryable, [], { status });
  }
  return new ConclaveError('CANNOT_CONNECT', `Cannot connect to ${url}${detail && `: ${detail}`}`, true);
}
