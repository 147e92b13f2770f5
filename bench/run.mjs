// npm run bench -- <name>: one file a benchmark, each prints a table.
import { readdirSync } from 'node:fs';

const [name, ...rest] = process.argv.slice(2);
const known = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.bench.mjs')).map((file) => file.replace('.bench.mjs', ''));
if (!known.includes(name)) {
  console.error(`Which one? npm run bench -- <${known.join('|')}>`);
  process.exit(2);
}
process.argv.splice(2, process.argv.length, ...rest);
await import(`./${name}.bench.mjs`);
