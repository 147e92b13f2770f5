import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const SEED = resolve(import.meta.dirname, '../../../shared/seeds/trading-groups.md');
export const hasGroupSeed = existsSync(SEED);

/** The seed's Python template as it is printed: without its indentation. */
export function printedTemplate(): string {
  const text = readFileSync(SEED, 'utf8').replaceAll('\r\n', '\n');
  const from = text.indexOf('import asyncio', text.indexOf('Python Code Template'));
  if (from < 0) throw new Error('The seed has no Python template');
  return text.slice(from);
}

/** Indented as Python needs it: deeper after a colon at a line's end, back to the margin where the program begins. Nothing else is changed. */
export function indented(code: string): string {
  let depth = 0;
  return code.split('\n').map((line) => {
    if (/^(async def|if __name__)\b/.test(line)) depth = 0;
    const placed = line === '' ? '' : '    '.repeat(depth) + line;
    if (line.endsWith(':')) depth += 1;
    return placed;
  }).join('\n');
}
