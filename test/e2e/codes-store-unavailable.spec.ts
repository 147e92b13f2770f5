import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { answerOf, posted } from '../support/refusals.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { TRANSPORTS, type Client } from '../support/transports.js';

/** PostgreSQL after a failover: it answers, and takes nothing. The node's lock outlives it, or the node would end. */
const name = `test_${randomUUID().replaceAll('-', '')}`;
const admin = new pg.Client({ connectionString: process.env['CONCLAVE_TEST_POSTGRES'] });

let server: TestServer;

async function readOnly(on: boolean): Promise<void> {
  await admin.query(`alter database ${name} set default_transaction_read_only = ${on ? 'on' : 'off'}`);
  await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1
    and pid not in (select pid from pg_locks where locktype = 'advisory')`, [name]);
}

beforeAll(async () => {
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = new URL(process.env['CONCLAVE_TEST_POSTGRES']!);
  url.pathname = name;
  server = await startServer({ DATABASE_URL: url.href, SYMBOLS: 'AAPL,NVDA,MSFT', ANALYZE_PER_MINUTE: '100', SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1' });
});
afterAll(async () => {
  const output = server.output();
  await cleanUp();
  await admin.query(`drop database ${name} with (force)`);
  await admin.end();
  expect(output).not.toMatch(/INTERNAL|[Uu]nhandled/);
});

/** What is retryable is tried again: connections to the database that were ended are noticed by using them. */
async function again<T>(ask: () => Promise<T>, refused: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const answer = await ask();
    if (!refused(answer) || tries === 20) return answer;
  }
}

const unavailable = { code: 'STORE_UNAVAILABLE', retryable: true };

describe.each(TRANSPORTS)('over $name', ({ connect }) => {
  let one: Client;
  beforeAll(async () => { one = await connect(server); });
  afterAll(async () => {
    await readOnly(false);
    one.close();
  });

  it('says STORE_UNAVAILABLE, and goes on when the database does', async () => {
    await one.ask('subscribe', { symbol: 'AAPL' });
    await one.find(({ type }) => type === 'signal_update'); // no run is open
    await readOnly(true);
    expect(await one.ask('analyze', { symbol: 'AAPL' })).toMatchObject({ type: 'error', data: unavailable });
    expect(await one.ask('subscribe', { symbol: 'NVDA' })).toMatchObject({ type: 'error', data: unavailable });
    expect(await one.ask('unsubscribe', { symbol: 'NVDA' })).toMatchObject({ data: { rooms: [] } });

    // nothing has to be stored for a newcomer, until it wants a room that is not there
    const newcomer = await connect(server);
    await newcomer.find(({ type }) => type === 'welcome');
    expect(await newcomer.ask('subscribe', { symbol: 'MSFT' })).toMatchObject({ type: 'error', data: unavailable });
    newcomer.close();

    await readOnly(false);
    const { data: { run_id } } = await again(() => one.ask('analyze', { symbol: 'AAPL' }), ({ data }) => data.code === 'STORE_UNAVAILABLE');
    await one.find(({ type, data }) => type === 'signal_update' && data.run_id === run_id);
    await one.ask('unsubscribe', { symbol: 'AAPL' });
  });
});

it('says 503 over HTTP, when to ask again, and goes on', async () => {
  await readOnly(true);
  const ask = () => answerOf(`${server.url}/api/analyze`, posted({ symbol: 'MSFT' }));
  expect(await ask()).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } });
  await readOnly(false);
  expect(await again(ask, ({ body }) => body.code === 'STORE_UNAVAILABLE')).toMatchObject({ status: 202 });
});
