import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';

/** The text of the file that an option names. */
export const fileText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(`It cannot be read: ${(error as Error).message}`);
  }
};

export const jsonObject = (text: string): Readonly<Record<string, unknown>> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('It is not JSON: quote it, such as \'{"symbol":"BTCUSDT","change_pct":1}\'');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new InvalidArgumentError('A JSON object is needed.');
  return value as Record<string, unknown>;
};

export const jsonFile = (path: string): Readonly<Record<string, unknown>> => jsonObject(fileText(path));

export const each = (text: string, before: readonly string[] | undefined): readonly string[] => [...before ?? [], text];

export const above0 = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('A number above 0 is needed.');
  return value;
};

export const wholeFrom1 = (text: string): number => {
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= 1)) throw new InvalidArgumentError('A whole number from 1 is needed.');
  return value;
};
