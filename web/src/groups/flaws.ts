import { ApiError } from '../api.js';

export interface Flaws {
  /** What the server says of a field, by its path. */
  readonly at: (path: string) => string | undefined;
  /** What belongs to no field that was asked for with `at`; null where there is nothing. */
  readonly rest: (fields: readonly string[]) => Error | null;
}

/** Refusals of these name one field without a list of errors. */
const FIELD_OF: Readonly<Record<string, string>> = { UNKNOWN_SYMBOL: 'symbol' };

/** A refusal, split to its fields. */
export function flawsOf(error: Error | null): Flaws {
  const named = error instanceof ApiError ? (error.errors.length > 0 ? error.errors : FIELD_OF[error.code] === undefined ? [] : [{ path: FIELD_OF[error.code]!, message: error.message }]) : [];
  return {
    at: (path) => named.filter((flaw) => flaw.path === path || flaw.path.startsWith(`${path}.`)).map(({ message }) => message).join('; ') || undefined,
    rest: (fields) => {
      if (error === null) return null;
      const others = named.filter(({ path }) => !fields.some((field) => path === field || path.startsWith(`${field}.`)));
      if (named.length === 0) return error;
      return others.length === 0 ? null : new Error(others.map(({ path, message }) => `${path} ${message}`).join('; '));
    },
  };
}
