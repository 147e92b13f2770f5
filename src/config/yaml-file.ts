import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { Fields } from './fields.js';
import type { Findings } from './findings.js';

/** The fields of a YAML file below the project's root; null, and a problem, where it has none. */
export function yamlFile(root: string, path: string, findings: Findings): Fields | null {
  let text: string;
  try {
    text = readFileSync(join(root, path), 'utf8');
  } catch (error) {
    findings.problem(`${path} cannot be read (${(error as Error).message}): start from the project's root, or restore the file`);
    return null;
  }
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    for (const { message } of document.errors) findings.problem(`${path} is not YAML: ${message.split('\n')[0]?.replace(/:$/, '')}`);
    return null;
  }
  return Fields.of(document.toJS(), `${path}: `, findings);
}
