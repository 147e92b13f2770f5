import { beforeAll, describe, expect, test } from '@jest/globals';
import { overflows, pagesOf, PHONE } from '../support/browser.js';
import { RawClient } from '../support/raw-client.js';
import { startServer, type TestServer } from '../support/server.js';
import { SECRET, token } from '../support/tokens.js';
import { until } from '../support/until.js';

let server: TestServer;
const open = pagesOf();
beforeAll(async () => {
  server = await startServer({ LOG_LEVEL: 'info', SYMBOLS: 'AAPL,NVDA' });
});

describe('operations', () => {
  test('a line of the log arrives while one looks, once; it is found, and the log can be held', async () => {
    const { page, faults, axe } = await open(server, '/operations');
    const log = page.getByRole('list', { name: 'Log' });
    await log.getByText('request completed').first().waitFor();
    await fetch(`${server.url}/api/symbols?first`);
    const first = log.getByText(/\/api\/symbols\?first/);
    await first.waitFor();
    expect(await first.count()).toBe(1);
    await page.getByLabel('Search the log').fill('SYMBOLS?first');
    await until(async () => (await log.getByRole('listitem').count()) === 1, 'only that line is shown');
    await page.getByLabel('Search the log').fill('');
    await page.getByRole('button', { name: 'Pause' }).click();
    await fetch(`${server.url}/api/symbols?second`);
    await page.getByRole('button', { name: /Go on \(\d+ more\)/ }).click();
    await log.getByText(/\/api\/symbols\?second/).waitFor();
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('connections and rooms change as clients come and go; feeds say their age and that they are simulated', async () => {
    const { page, faults } = await open(server, '/operations');
    const rooms = page.getByRole('region', { name: 'Rooms', exact: true }).first();
    await rooms.getByText('ops', { exact: true }).waitFor();
    expect(await rooms.getByText('symbol:NVDA').count()).toBe(0);
    const client = await RawClient.open(`${server.ws}/ws/signals`);
    await client.ask('subscribe', { symbol: 'NVDA' });
    await rooms.getByText('symbol:NVDA').waitFor();
    client.close();
    await rooms.getByText('symbol:NVDA').waitFor({ state: 'detached' });
    const aapl = page.getByRole('region', { name: 'Feed ages' }).first().getByRole('row', { name: /AAPL/ });
    await aapl.getByText('SIMULATED').waitFor();
    await aapl.getByText(/^\d+ s$/).waitFor();
    await page.getByText('Nothing is wrong.').waitFor();
    await page.getByRole('meter', { name: 'All models' }).waitFor();
    expect(faults).toEqual([]);
  });

  test('what is wrong is said as it begins', async () => {
    const { page, faults } = await open(server, '/operations');
    await page.getByText('Nothing is wrong.').waitFor();
    await fetch(`${server.url}/api/trading/state`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ state: 'HALTED', reason: 'a look at it' }) });
    const wrong = page.getByRole('status', { name: 'Faults' });
    await wrong.getByText('trading halted').waitFor();
    await wrong.getByText('a look at it').waitFor();
    await fetch(`${server.url}/api/trading/state`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ state: 'ACTIVE', reason: 'looked at' }) });
    await page.getByText('Nothing is wrong.').waitFor();
    expect(faults).toEqual([]);
  });

  test('dark, on a phone: nothing sticks out, and axe is content', async () => {
    const { page, faults, axe } = await open(server, '/operations', { size: PHONE, scheme: 'dark' });
    await page.getByRole('list', { name: 'Log' }).getByRole('listitem').first().waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('who has not the scope admin is told so, and nothing is asked for', async () => {
    const guarded = await startServer({ AUTH_REQUIRED: 'true', AUTH_JWT_SECRET: SECRET });
    const { page, faults, axe } = await open(guarded, '/operations', { expected: /401/ });
    await page.getByLabel('Token').fill(await token({ scope: 'read' }));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This page is for who runs the server.').waitFor();
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
    await guarded.kill();
  });
});
