// npm run faults [-- name …]: the scenarios with their full counts; prints a table, and ends with 1 where one failed.
import { report, type Outcome } from './load/outcome.js';
import { SCENARIOS } from './scenarios/scenarios.js';
import { cleanUp } from '../support/server.js';

const names = process.argv.slice(2).filter((name) => !name.includes('='));
/** `clients=200` and the like, for a smaller machine. */
const given = Object.fromEntries(process.argv.slice(2).filter((name) => name.includes('=')).map((pair) => pair.split('=')).map(([name, count]) => [name, Number(count)]));
const unknown = names.filter((name) => !(name in SCENARIOS));
if (unknown.length > 0) {
  console.error(`No such scenario: ${unknown.join(', ')}. There are: ${Object.keys(SCENARIOS).join(', ')}`);
  process.exit(2);
}

const outcomes: Outcome[] = [];
try {
  for (const [name, { run, full }] of Object.entries(SCENARIOS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const outcome = await run({ ...full, ...given });
    outcomes.push(outcome);
    console.log(`${report([outcome])}\n`);
  }
} finally {
  await cleanUp();
}
if (outcomes.length > 1) console.log(report(outcomes));
process.exit(outcomes.some(({ failures }) => failures.length > 0) ? 1 : 0);
