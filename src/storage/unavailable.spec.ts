import { expect, it } from '@jest/globals';
import { isUnavailable } from './unavailable.js';

const coded = (code: string, message = ''): Error => Object.assign(new Error(message), { code });

it.each([
  'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', '08006', '57P01', '57P03', '57014', '53300', '25006',
  'SQLITE_BUSY', 'SQLITE_IOERR_WRITE', 'SQLITE_FULL',
])('%s may pass', (code) => {
  expect(isUnavailable(coded(code))).toBe(true);
  expect(isUnavailable(new Error('wrapped', { cause: coded(code) }))).toBe(true);
  expect(isUnavailable(new AggregateError([coded(code)]))).toBe(true);
});

it.each(['23505', '22021', '42P01', '40P01', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CORRUPT', 'EACCES'])('%s stays', (code) => {
  expect(isUnavailable(coded(code))).toBe(false);
});

it('knows what pg says without a code, and nothing that is no error', () => {
  expect(isUnavailable(new Error('Connection terminated unexpectedly'))).toBe(true);
  expect(isUnavailable(new Error('timeout exceeded when trying to connect'))).toBe(true);
  expect(isUnavailable(new Error('Connection of ideas'))).toBe(false);
  expect(isUnavailable('ECONNREFUSED')).toBe(false);
});
