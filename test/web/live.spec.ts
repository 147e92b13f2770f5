import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Locator } from 'playwright-core';
import WebSocket from 'ws';
import { connect, type SignalUpdate } from '../../src/client/index.js';
import { closeBrowser, openPage, overflows, PHONE, type OpenPage, type PageOptions } from '../support/browser.js';
import { freshDataDir, cleanUp, startServer, type TestServer } from '../support/server.js';
import { freePort } from '../support/free-port.mjs';
import { SECRET, token } from '../support/tokens.js';
import { until } from '../support/until.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ ANALYZE_PER_MINUTE: '100' });
});
let opened: OpenPage | undefined;
const open = async (path: string, options?: PageOptions, at = server): Promise<OpenPage> => (opened = await openPage(at.url + path, options));
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});
afterAll(async () => {
  await closeBrowser();
  await cleanUp();
});

const inRow = (row: Locator, text: RegExp): Promise<void> => row.filter({ hasText: text }).waitFor();
const stored = async (url: string, symbol: string): Promise<SignalUpdate[]> =>
  ((await (await fetch(`${url}/api/signals?symbol=${symbol}&limit=500`)).json()) as { items: SignalUpdate[] }).items;

describe('the watch list', () => {
  test('shows prices as they tick and the last signal; symbols are found, added, removed, and remembered', async () => {
    const { page, faults, axe } = await open('/');
    const row = page.locator('tr[data-symbol="BTCUSDT"]');
    await row.getByText(/BUY|SELL|HOLD/).waitFor();
    const price = row.getByRole('cell').nth(1);
    const first = await price.innerText();
    await until(async () => (await price.innerText()) !== first, 'a price moves');

    await page.getByRole('combobox', { name: 'Add a symbol' }).fill('solusd');
    await page.getByRole('option', { name: /SOL\/USD/ }).waitFor();
    await page.keyboard.press('Enter');
    await inRow(page.locator('tr[data-symbol="SOL/USD"]'), /BUY|SELL|HOLD/); // watched now: its first analysis comes
    await page.getByRole('button', { name: 'Remove TSLA' }).click();
    await page.reload();
    await page.locator('tr[data-symbol="SOL/USD"]').waitFor();
    expect(await page.locator('tr[data-symbol="TSLA"]').count()).toBe(0);
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('dark, on a phone: nothing sticks out, and axe is content', async () => {
    const { page, faults, axe } = await open('/', { size: PHONE, scheme: 'dark' });
    await page.locator('tr[data-symbol]').first().getByText(/BUY|SELL|HOLD/).waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });
});

describe('a symbol', () => {
  test('votes land in their seats and the signal on the chart, while somebody else asks', async () => {
    const { page, faults, axe } = await open('/symbols/MSFT');
    const marks = page.getByRole('list', { name: 'Signals on the chart' }).getByRole('listitem');
    await page.locator('section[aria-label=Chart] canvas').first().waitFor();
    const client = connect({ url: server.url, WebSocket });
    const signal = new Promise<SignalUpdate>((resolve) => client.on('signal_update', ({ data, snapshot }) => (snapshot ? undefined : resolve(data))));
    await client.ready();
    await client.analyze('MSFT');
    const said = await signal;
    client.close();

    await page.locator(`li[data-mark="${said.signal_id}"]`).waitFor();
    expect(await marks.first().getAttribute('data-mark')).toBe(said.signal_id);
    await page.locator(`tr[data-signal="${said.signal_id}"]`).getByText(said.action).waitFor();
    for (const [id, { signal: stance }] of Object.entries(said.agents_consensus.agent_details)) await inRow(page.locator(`li[data-seat="${id}"]`), new RegExp(stance));
    await page.getByRole('img', { name: new RegExp(`^${said.action}, .*70% are the quorum`) }).waitFor();
    await page.getByText('not calibrated yet').waitFor();
    const { reasoning } = said.agents_consensus.agent_details['trend']!;
    await page.locator('li[data-seat="trend"]').getByRole('button').click();
    await page.locator('li[data-seat="trend"]').getByText(reasoning[0]!).waitFor();
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('Analyse asks the panel and says what came of it; structure is drawn when it is asked for', async () => {
    const { page, faults, axe } = await open('/symbols/BTC%2FUSD', { size: PHONE, scheme: 'dark' });
    await page.getByRole('heading', { name: 'BTC/USD' }).waitFor();
    await page.getByRole('img', { name: /of the weight agree/ }).waitFor();
    const before = (await stored(server.url, 'BTC/USD')).length;
    await page.getByRole('button', { name: 'Analyse' }).click();
    await page.getByRole('status').filter({ hasText: /^(BUY|SELL|HOLD)/ }).waitFor();
    const after = await stored(server.url, 'BTC/USD');
    expect(after.length).toBeGreaterThan(before);
    await page.locator(`tr[data-signal="${after[0]!.signal_id}"]`).waitFor();

    const asked = page.waitForResponse(/\/api\/market\/structure/);
    await page.getByRole('button', { name: 'Order blocks' }).click();
    expect((await asked).status()).toBe(200);
    await page.getByRole('button', { name: '5m', exact: true }).click();
    await page.getByRole('img', { name: 'Candles of BTC/USD, 5m' }).waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('who asks too often is told how long to wait', async () => {
    const strict = await startServer({ ANALYZE_PER_MINUTE: '1' });
    const { page, faults } = await open('/symbols/SPY', {}, strict);
    await page.getByRole('button', { name: 'Analyse' }).click();
    await page.getByRole('status').filter({ hasText: /^(BUY|SELL|HOLD)/ }).waitFor();
    await page.getByRole('button', { name: 'Analyse' }).click();
    await page.getByText(/Asked too often: again in \d+ s/).waitFor();
    expect(await page.getByRole('button', { name: 'Analyse' }).isDisabled()).toBe(true);
    expect(faults).toEqual([]);
    await strict.kill();
  });

  test('one that the feed does not know', async () => {
    const { page, faults } = await open('/symbols/NOPE');
    await page.getByText('The feed knows no symbol NOPE.').waitFor();
    expect(faults).toEqual([]);
  });
});

test('a server that is killed and comes back heals the page: no reload, no signal missing, each once', async () => {
  const [DATA_DIR, PORT] = [await freshDataDir(), String(await freePort())];
  const env = { DATA_DIR, PORT, ANALYZE_PER_MINUTE: '100' };
  const first = await startServer(env);
  const { page, faults } = await open('/symbols/AAPL', { expected: /ERR_|WebSocket connection/ }, first);
  await page.locator('tr[data-signal]').first().waitFor();
  await page.evaluate('window.sameDocument = true');

  await first.kill();
  await page.getByText(/No connection since/).waitFor();
  const second = await startServer(env);
  // said before the page is back: it resumes from the last offset it saw
  const analyse = (): Promise<Response> => fetch(`${second.url}/api/analyze`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"symbol":"AAPL"}' });
  for (let runs = 0; runs < 3; runs += 1) {
    const known = (await stored(second.url, 'AAPL')).length;
    await analyse();
    await until(async () => (await stored(second.url, 'AAPL')).length > known);
  }
  await page.getByText(/No connection since/).waitFor({ state: 'detached' });
  const ids = async (): Promise<(string | null)[]> => page.locator('tr[data-signal]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-signal')));
  await until(async () => {
    const expected = (await stored(second.url, 'AAPL')).map(({ signal_id: id }) => id);
    return expected.length >= 4 && JSON.stringify(await ids()) === JSON.stringify(expected);
  }, 'all signals are shown, in order, each once');
  expect(await page.evaluate('window.sameDocument')).toBe(true);
  expect(faults).toEqual([]);
});

test('messages that can’t be had again are said to be missing, and what is shown is loaded anew', async () => {
  const PORT = String(await freePort());
  const first = await startServer({ PORT });
  const { page, faults, axe } = await open('/symbols/AAPL', { expected: /ERR_|WebSocket connection/ }, first);
  const row = page.locator('tr[data-signal]');
  const lost = await row.first().getAttribute('data-signal');
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
  const { page, faults } = await open('/symbols/ETHUSDT');
  await page.locator('tr[data-signal]').first().waitFor();
  await page.getByRole('link', { name: 'Live', exact: true }).click();
  for (const name of ['ETHUSDT', 'BTCUSDT']) await page.getByRole('button', { name: `Remove ${name}` }).click();
  const members = async (): Promise<number> => ((await (await fetch(`${server.url}/ws/status`)).json()) as { websocket_manager: { rooms: Record<string, number> } }).websocket_manager.rooms['symbol:ETHUSDT'] ?? 0;
  await until(async () => (await members()) === 0, 'the room is left');
  for (let runs = 0; runs < 2; runs += 1) {
    const known = (await stored(server.url, 'ETHUSDT')).length;
    await fetch(`${server.url}/api/analyze`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"symbol":"ETHUSDT"}' });
    await until(async () => (await stored(server.url, 'ETHUSDT')).length > known);
  }
  await page.goBack();
  for (const { signal_id: id } of await stored(server.url, 'ETHUSDT')) await page.locator(`tr[data-signal="${id}"]`).waitFor();
  expect(faults).toEqual([]);
});

describe('with authentication on', () => {
  test('the page asks for a token before anything else, and keeps it for the tab', async () => {
    const closed = await startServer({ AUTH_REQUIRED: 'true', AUTH_JWT_SECRET: SECRET });
    const { page, faults, axe } = await open('/', { expected: /401/ }, closed);
    await page.getByLabel('Token').fill('nonsense');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Token').and(page.locator('[aria-invalid=true]')).waitFor();
    expect(await axe()).toEqual([]);
    await page.getByLabel('Token').fill(await token());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('tr[data-symbol="AAPL"]').getByText(/BUY|SELL|HOLD/).waitFor();
    await page.reload();
    await page.locator('tr[data-symbol="AAPL"]').waitFor();
    expect(faults).toEqual([]);
    await closed.kill();
  });
});
