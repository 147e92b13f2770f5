import { expect, test } from '@jest/globals';
import type { SignalUpdate } from '../../src/client/index.js';
import { pagesOf } from '../support/browser.js';
import { freePort } from '../support/free-port.mjs';
import { freshDataDir, startServer } from '../support/server.js';
import { until } from '../support/until.js';

const open = pagesOf();

/** What a browser says of a server that is away. */
const AWAY = /ERR_|WebSocket connection/;

const stored = async (url: string, symbol: string): Promise<SignalUpdate[]> =>
  ((await (await fetch(`${url}/api/signals?symbol=${symbol}&limit=500`)).json()) as { items: SignalUpdate[] }).items;

/** As somebody else would: runs, one after the other, until each has its signal. */
async function analysed(url: string, symbol: string, runs: number): Promise<void> {
  for (let run = 0; run < runs; run += 1) {
    const known = (await stored(url, symbol)).length;
    await fetch(`${url}/api/analyze`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ symbol }) });
    await until(async () => (await stored(url, symbol)).length > known, 'the run has its signal');
  }
}

test('a server that is killed and comes back heals the page: no reload, no signal missing, each once', async () => {
  const [DATA_DIR, PORT] = [await freshDataDir(), String(await freePort())];
  const env = { DATA_DIR, PORT, ANALYZE_PER_MINUTE: '100' };
  const first = await startServer(env);
  const { page, faults } = await open(first, '/symbols/AAPL', { expected: AWAY });
  await page.locator('tr[data-signal]').first().waitFor();
  await page.evaluate('window.sameDocument = true');

  await first.kill();
  await page.getByText(/No connection since/).waitFor();
  // on another port, where the page does not find it: what it says has to be resumed
  const unseen = await startServer({ ...env, PORT: '0' });
  await analysed(unseen.url, 'AAPL', 3);
  await unseen.kill();
  const second = await startServer(env);
  await page.getByText(/No connection since/).waitFor({ state: 'detached' });
  await analysed(second.url, 'AAPL', 1);
  const ids = async (): Promise<(string | null)[]> => page.locator('tr[data-signal]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-signal')));
  await until(async () => {
    const expected = (await stored(second.url, 'AAPL')).map(({ signal_id: id }) => id);
    return expected.length >= 5 && JSON.stringify(await ids()) === JSON.stringify(expected);
  }, 'all signals are shown, in order, each once');
  expect(await page.evaluate('window.sameDocument')).toBe(true);
  expect(faults).toEqual([]);
});

test('messages that can’t be had again are said to be missing, and what is shown is loaded anew', async () => {
  const PORT = String(await freePort());
  const first = await startServer({ PORT });
  const { page, faults, axe } = await open(first, '/symbols/AAPL', { expected: AWAY });
  const row = page.locator('tr[data-signal]');
  const lost = await row.first().getAttribute('data-signal');
  await page.locator('canvas').first().waitFor();
  await first.kill();
  const second = await startServer({ PORT }); // with nothing of the first one's data
  await page.getByText(/of symbol:AAPL were missed while away/).waitFor();
  await page.locator(`tr[data-signal="${lost}"]`).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Analyse' }).click();
  await row.first().waitFor();
  const [{ signal_id: newest }] = (await stored(second.url, 'AAPL')) as [SignalUpdate];
  await page.locator(`tr[data-signal="${newest}"]`).waitFor();
  expect(await axe()).toEqual([]);
  await page.getByRole('button', { name: 'Dismiss' }).first().click();
  expect(faults).toEqual([]);
  await second.kill();
});

test('signals that came while the page showed something else are there when one comes back', async () => {
  const server = await startServer();
  const { page, faults } = await open(server, '/symbols/ETHUSDT');
  await page.locator('tr[data-signal]').first().waitFor();
  await page.getByRole('link', { name: 'Live', exact: true }).click();
  for (const name of ['ETHUSDT', 'BTCUSDT']) await page.getByRole('button', { name: `Remove ${name}` }).click();
  const members = async (): Promise<number> => ((await (await fetch(`${server.url}/ws/status`)).json()) as { websocket_manager: { rooms: Record<string, number> } }).websocket_manager.rooms['ETHUSDT'] ?? 0;
  await until(async () => (await members()) === 0, 'the room is left');
  await analysed(server.url, 'ETHUSDT', 2);
  await page.goBack();
  for (const { signal_id: id } of await stored(server.url, 'ETHUSDT')) await page.locator(`tr[data-signal="${id}"]`).waitFor();
  expect(faults).toEqual([]);
});

test('a part of the page that is asked for while the server is away comes when it is back', async () => {
  const PORT = String(await freePort());
  const first = await startServer({ PORT });
  const { page, faults } = await open(first, '/', { expected: AWAY });
  await page.locator('tr[data-symbol="AAPL"]').waitFor();
  await first.kill();
  await page.getByText(/No connection since/).waitFor();
  await page.getByRole('link', { name: 'AI logs' }).click();
  await page.getByRole('status').getByText('Loading…').waitFor();
  await startServer({ PORT });
  await page.getByRole('heading', { name: 'AI logs' }).waitFor();
  await page.getByText(/No connection since/).waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
});
