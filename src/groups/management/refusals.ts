import { CodedError } from '../../model/codes.js';
import type { Flaw } from '../answer.js';

export const flawed = (flaws: readonly Flaw[]): CodedError =>
  new CodedError('VALIDATION_ERROR', flaws.map(({ path, message }) => `${path}: ${message}`).join('; '), flaws);

export const invalid = (path: string, message: string): CodedError => flawed([{ path, message }]);

/** Of what is unique. */
export const taken = (path: string, message: string): CodedError => new CodedError('IDEMPOTENCY_CONFLICT', message, [{ path, message: 'is taken' }]);

export const notFound = (what: string, id: string, remedy: string): CodedError => new CodedError('NOT_FOUND', `There is no ${what} ${id.slice(0, 64)}: ${remedy}`);
