import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import type { Findings } from './findings.js';

/** The environment over `.env`. A variable that is set to nothing hides the file's, so that a default can be had back. */
export function variablesOf(env: Readonly<Record<string, string | undefined>>, root: string, findings: Findings): Map<string, string> {
  const values = new Map(Object.entries(dotenvFile(join(root, '.env'), findings)));
  for (const [name, value] of Object.entries(env)) if (value !== undefined) values.set(name, value);
  return values;
}

function dotenvFile(path: string, findings: Findings): Record<string, string> {
  try {
    return parse(readFileSync(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') findings.problem(`.env cannot be read (${message}): make it a readable file, or remove it`);
    return {};
  }
}
