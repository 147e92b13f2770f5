import { createHash } from 'node:crypto';
import { isObject } from './checked-fields.js';

/** The same value, the same text, in whatever order its fields came. @throws RangeError where it is nested too deeply */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}

/** SHA-256, hexadecimal. */
export const hashOfCanonical = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex');
