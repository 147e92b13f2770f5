import { CodedError } from '../model/codes.js';
import { isUnavailable } from '../storage/unavailable.js';

/** What a client on a socket may know of a thrown thing. What it may not know goes to `onFault`, and it is told INTERNAL. */
export function refusalOf(thrown: unknown, onFault: (error: Error) => void): CodedError {
  if (thrown instanceof CodedError) return thrown;
  if (isUnavailable(thrown)) {
    return new CodedError('STORE_UNAVAILABLE', 'The database does not answer: try again soon', [], { retry_after_ms: 2_000 });
  }
  onFault(thrown instanceof Error ? thrown : new Error(String(thrown)));
  return new CodedError('INTERNAL', 'Something went wrong on our side; it is in the log');
}
