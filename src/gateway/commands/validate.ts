import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import { CodedError } from '../../model/codes.js';
import type { ErrorDetail } from '../../model/codes.js';
import { checksOf } from './checked.dto.js';
import type { CheckContext, Read } from './checked.dto.js';

const MAX_DEPTH = 8;
const MAX_VALUES = 10_000;
const MAX_FIELDS = 1_001;
const MAX_DETAILS = 20;
/** class-transformer takes `constructor` for a type to make; `__proto__` would be the copy's prototype. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

type Class<T> = new () => T;

/**
 * The payload of a command as its class: only fields that the class declares, each checked; others are ignored, and
 * null is as good as absent. `undefined` (no payload at all) is an empty one.
 * @throws CodedError VALIDATION_ERROR with a path and a message for each problem, 20 at most; nothing else.
 */
export const validated = <T extends object>(cls: Class<T>, payload: unknown = {}): T => {
  if (!isPlainObject(payload)) throw invalid([{ path: '', message: 'the payload must be an object' }]);
  const fields = fieldsOf(cls);
  const picked: Record<string, unknown> = {};
  const read: Record<string, unknown> = {};
  for (const field of fields) {
    const value = Object.hasOwn(payload, field.name) ? payload[field.name] : null;
    if (value == null) continue;
    const garbage = garbageIn(value);
    if (garbage) throw invalid([{ path: field.name, message: garbage }]);
    if (field.read) read[field.name] = field.read(value);
    else picked[field.name] = value;
  }
  const command = Object.assign(plainToInstance(cls, picked), read);
  // class-validator takes a class without any rule for an unknown one
  const errors = fields.length === 0 ? [] : validateSync(command, { whitelist: true, forbidUnknownValues: true });
  if (errors.length > 0) throw validationError(errors);
  return command;
};

/** What class-validator found, as a refusal with a path (`a.b[2].c`) and a message each. */
export const validationError = (errors: readonly ValidationError[]): CodedError => invalid(errors.flatMap((error) => detailsOf(error)));

const detailsOf = (error: ValidationError, parent = '', list = false): readonly ErrorDetail[] => {
  const path = list ? `${parent}[${error.property}]` : joined(parent, error.property ?? '');
  const checks = checksOf(error);
  const own = checks.length > 0
    ? checks.flatMap((check) => check(error.value, error.target ?? {})).map((at) => ({ ...at, path: joined(path, at.path) }))
    : Object.values(error.constraints ?? {}).map((message) => ({ path, message: withoutName(message, error.property ?? '') }));
  return [...own, ...(error.children ?? []).flatMap((child) => detailsOf(child, path, Array.isArray(error.value)))];
};

/** The library's own words begin with the field, which the path says already. */
const withoutName = (message: string, name: string): string => (name !== '' && message.startsWith(`${name} `) ? message.slice(name.length + 1) : message);

const invalid = (all: readonly ErrorDetail[]): CodedError => {
  const more = all.length - MAX_DETAILS;
  const details = more > 0 ? [...all.slice(0, MAX_DETAILS), { path: '', message: `and ${more} more` }] : all;
  const [first] = details;
  const others = all.length > 1 ? ` (and ${all.length - 1} more, see details)` : '';
  return new CodedError('VALIDATION_ERROR', `${[first?.path, first?.message].filter(Boolean).join(': ')}${others}`, details);
};

/** A field that carries a rule, and how it is read where class-transformer is not to. */
interface Field {
  readonly name: string;
  readonly read: Read | undefined;
}

const declared = new WeakMap<object, readonly Field[]>();

/** Read once per class. */
const fieldsOf = (cls: Class<object>): readonly Field[] => {
  const known = declared.get(cls);
  if (known) return known;
  const rules = getMetadataStorage().getTargetValidationMetadatas(cls, '', false, false);
  const names = [...new Set(rules.map(({ propertyName }) => propertyName))];
  const readOf = (name: string): Read | undefined =>
    rules.map((rule) => (rule.propertyName === name ? (rule.context as Partial<CheckContext> | undefined)?.read : undefined)).find(Boolean);
  const fields = names.map((name) => ({ name, read: readOf(name) }));
  declared.set(cls, fields);
  return fields;
};

/**
 * Why a value from outside should not reach class-transformer, which recurses, makes objects by key and looks through
 * keys in quadratic time; null where it may.
 */
export const garbageIn = (root: unknown): string | null => {
  let level: unknown[] = [root];
  let values = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    const below: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      if (depth === MAX_DEPTH) return `must not be nested deeper than ${MAX_DEPTH}`;
      if (!Array.isArray(value) && !isPlainObject(value)) return 'must be JSON: text, numbers, true, false, null, lists, objects';
      const keys = Array.isArray(value) ? null : Object.keys(value);
      const forbidden = keys?.find((key) => FORBIDDEN_KEYS.has(key));
      if (forbidden !== undefined) return `must not have the key "${forbidden}"`;
      values += keys ? keys.length : (value as unknown[]).length;
      if ((keys && keys.length > MAX_FIELDS) || values > MAX_VALUES) {
        return `must have at most ${MAX_FIELDS} keys an object and ${MAX_VALUES} values`;
      }
      for (const child of Object.values(value)) below.push(child);
    }
    level = below;
  }
  return null;
};

/** An object literal, of any realm. */
const isPlainObject = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

const joined = (parent: string, child: string): string => {
  if (child === '' || parent === '') return parent + child;
  return child.startsWith('[') ? parent + child : `${parent}.${child}`;
};
