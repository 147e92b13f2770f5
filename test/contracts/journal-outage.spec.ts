import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { BudgetBook } from '../../src/journal/budget-book.js';
import type { Reservation } from '../../src/journal/budget.js';
import { SqlBudget } from '../../src/journal/budget.sql.js';
import { SqlCallLog } from '../../src/journal/call-log.sql.js';
import { openDatabase, type Database } from '../../src/storage/database.js';
import { Outage } from '../../src/storage/outage.js';
import { isUnavailable } from '../../src/storage/unavailable.js';
import { modelCall } from '../support/model-calls.js';
import { startPostgres, type PostgresServer } from '../support/postgres-server.mjs';

let server: PostgresServer;
let db: Database;
const said: string[] = [];
beforeAll(async () => {
  server = await startPostgres({ durable: true });
  db = await openDatabase({ dataDir: '', databaseUrl: server.url, redisUrl: 'redis://elsewhere' });
});
afterEach(() => { said.length = 0; });
afterAll(async () => {
  await db.close();
  await server.remove();
});
const open = (): SqlCallLog => new SqlCallLog({
  db: db.kysely, isUnavailable, outage: new Outage(() => said.push('away'), () => said.push('back')), secrets: [], onFault: (fault) => said.push(fault.message),
});

it('a call that is taken while the database is away is stored when it is back, in order, and once', async () => {
  const log = open();
  const calls = Array.from({ length: 100 }, () => modelCall({ place: { runId: 'away' } }));
  const first = log.append(calls[0]!);
  await first;
  await server.stop('SIGQUIT');
  const order: number[] = [];
  const appended = calls.slice(1).map(async (call, at) => { await log.append(call); order.push(at); });
  const stored = log.stored('away');
  expect(log.pending).toBe(99);
  await server.start();
  await stored;
  await Promise.all(appended);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  const rows = await db.kysely.selectFrom('model_calls').select('call_id').where('run_id', '=', 'away').orderBy('call_id').execute();
  expect(rows.map(({ call_id }) => call_id)).toEqual(calls.map(({ callId }) => callId));
});

it('says once that the database is away, and once that it is back', async () => {
  const log = open();
  await server.stop();
  const appended = log.append(modelCall({ place: { runId: 'told' } }));
  const budget = new SqlBudget({ book: new BudgetBook(db.kysely), limits: { day: 1, symbol: 1, requester: 1 }, clock: Date.now, isUnavailable, onFault: (fault) => said.push(fault.message) });
  await expect(budget.reserve('AAPL', 'ann', 1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  while (said.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await server.start();
  await appended;
  expect(said).toEqual(['away', 'back']);
});

it('what a call did not cost is given back when the database is back, once', async () => {
  const budget = new SqlBudget({ book: new BudgetBook(db.kysely), limits: { day: 1, symbol: 1, requester: 1 }, clock: () => 0, isUnavailable, onFault: (fault) => said.push(fault.message) });
  const reservation = await budget.reserve('AAPL', 'ann', 1000) as Reservation;
  await server.stop();
  const settled = reservation.settle(300);
  await expect(budget.reserve('AAPL', 'ann', 1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await server.start();
  await settled;
  const rows = await db.kysely.selectFrom('budgets').select('nano_usd').where('day', '=', '1970-01-01').execute();
  expect(rows.map(({ nano_usd }) => nano_usd)).toEqual([300, 300, 300]);
  expect(said).toEqual([]);
});

it('the process ends although the database stays away, and knows how many rows that costs', async () => {
  const log = open();
  await server.stop();
  const appended = [1, 2, 3].map(() => log.append(modelCall({ place: { runId: 'lost' } })));
  expect(await log.drain(50)).toBe(3);
  for (const result of await Promise.allSettled(appended)) expect(result).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('before the database is back') } });
  await server.start();
});
