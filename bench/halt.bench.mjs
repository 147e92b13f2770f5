// HALTED at Alpaca: from the word until nothing that adds exposure is open there, against a local server that answers late.
import { setTimeout } from 'node:timers/promises';
import '../test/support/typescript.mjs';
import { median, table } from './support.mjs';

const { haltWorld, openAt } = await import('../test/support/halt-world.ts');
const { freshSqlite } = await import('../test/support/databases.ts');
const { ALPACA_PACE } = await import('../src/trading/brokers/alpaca/pace.ts');

const [ORDERS, ROUNDS] = [40, 3];
/** Turns at Alpaca come back so fast. */
const REST_MS = 45_000;

async function measure(latencyMs, pace) {
  const db = await freshSqlite();
  const halting = await haltWorld(db, ['main'], { timeoutMs: 10_000, ...(pace && { pace }) });
  const [server] = halting.servers;
  await halting.fill('main', ORDERS);
  if (pace) await setTimeout(REST_MS);
  server.latencyMs = latencyMs;
  const start = performance.now();
  const halted = halting.halt('main');
  while (openAt(server).some((each) => each.startsWith('buy'))) await setTimeout(1);
  const gone = performance.now() - start;
  await halted;
  const all = performance.now() - start;
  await halting.stop();
  await db.drop();
  return { gone, all };
}

const rows = [[`${ORDERS} orders that add, 2 stops`, 'gone at Alpaca, ms', 'stored and said, ms']];
for (const [name, latencyMs, pace, rounds] of [['answers at once', 0, null, ROUNDS], ['after 50 ms', 50, null, ROUNDS], ['after 50 ms, Alpaca\'s rate limit', 50, ALPACA_PACE, 1]]) {
  const samples = [];
  for (let round = 0; round < rounds; round++) samples.push(await measure(latencyMs, pace));
  rows.push([name, median(samples.map(({ gone }) => gone)).toFixed(0), median(samples.map(({ all }) => all)).toFixed(0)]);
}
table(rows);
process.exit(0);
