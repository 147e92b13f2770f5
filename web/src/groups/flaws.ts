import { ApiError } from '../api.js';

export interface Flaws {
  /** What the server says of a field, by its path. */
  readonly at: (path: string) => string | undefined;
  /** What belongs to no field that was asked for with `at`; null where there is nothing. */
  readonly rest: (fields: readonly string[]) => Error | null;
}

/** Refusals whose own words say more than the flaw of their one field. */
const FIELD_OF: Readonly<Record<string, string>> = { UNKNOWN_SYMBOL: 'symbol' };

function named(error: Error | null): ApiError['errors'] {
  if (!(error instanceof ApiError)) return [];
  const path = FIELD_OF[error.code];
  return path !== undefined && error.errors.length <= 1 ? [{ path, message: error.message }] : error.errors;
}

const within = (path: string, field: string): boolean => path === field || path.startsWith(`${field}.`);

/** A refusal, split to its fields. */
export function flawsOf(error: Error | null): Flaws {
  const flaws = named(error);
  return {
    at: (field) => flaws.filter(({ path }) => within(path, field)).map(({ message }) => message).join('; ') || undefined,
    rest: (fields) => {
      if (error === null || flaws.length === 0) return error;
      const others = flaws.filter(({ path }) => !fields.some((field) => within(path, field)));
      return others.length === 0 ? null : new Error(others.map(({ path, message }) => `${path} ${message}`).join('; '));
    },
  };
}
