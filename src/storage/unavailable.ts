import { isNativeError } from 'node:util/types';

const SYSTEM = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH',
]);
/**
 * SQLSTATE (PostgreSQL, appendix A): 08 connection, 53 out of resources, 57P shut down or starting, 57014 statement timeout,
 * 55P03 lock timeout, 25P03 idle transaction ended, 25006 read-only (a failover is under way).
 */
const SQLSTATE = /^(08...|53...|57P0[1-5]|57014|55P03|25P03|25006)$/;
const SQLITE = /^SQLITE_(BUSY|LOCKED|IOERR|FULL|CANTOPEN|READONLY|PROTOCOL)/;
/** `pg` gives these no code. */
const WITHOUT_CODE =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed)/;

/** True where the database cannot be reached or cannot work just now, so that the same request may succeed later (`STORE_UNAVAILABLE`). */
export function isUnavailable(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (SYSTEM.has(code) || SQLSTATE.test(code) || SQLITE.test(code) || WITHOUT_CODE.test(error.message)) return true;
  // a host name with several addresses fails with all of their errors
  if ('errors' in error && Array.isArray(error.errors) && error.errors.some(isUnavailable)) return true;
  return isUnavailable(error.cause);
}
