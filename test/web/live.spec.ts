import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Locator } from 'playwright-core';
import WebSocket from 'ws';
import { connect, type SignalUpdate } from '../../src/client/index.js';
import { AnalystClient } from '../support/analyst-client.js';
import { overflows, pagesOf, PHONE } from '../support/browser.js';
import { startServer, type TestServer } from '../support/server.js';
import { until } from '../support/until.js';

let server: TestServer;
beforeAll(async () => {
  // runs come from subscriptions and from those who ask
  server = await startServer({ ANALYZE_PER_MINUTE: '1000', SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1', ANALYSIS_DEADLINE_MS: '120000' }); // a seat that waits is to be seen waiting
});
const open = pagesOf();

const inRow = (row: Locator, text: RegExp): Promise<void> => row.filter({ hasText: text }).waitFor();
const stored = async (url: string, symbol: string): Promise<SignalUpdate[]> =>
  ((await (await fetch(`${url}/api/signals?symbol=${symbol}&limit=500`)).json()) as { items: SignalUpdate[] }).items;

describe('the watch list', () => {
  test('shows prices as they tick and the last signal; symbols are found, added, removed, and remembered', async () => {
    const { page, faults, axe } = await open(server, '/');
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
    const { page, faults, axe } = await open(server, '/', { size: PHONE, scheme: 'dark' });
    await page.locator('tr[data-symbol]').first().getByText(/BUY|SELL|HOLD/).waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });
});

describe('a symbol', () => {
  test('votes land in their seats and the signal on the chart, while somebody else asks', async () => {
    const { page, faults, axe } = await open(server, '/symbols/MSFT');
    const marks = page.getByRole('list', { name: 'Signals on the chart' }).getByRole('listitem');
    await page.locator('section[aria-label=Chart] canvas').first().waitFor();
    await page.locator('tr[data-signal]').first().waitFor(); // of the page's own subscription
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

  test('a vote lands while the run is under way: the seat waits, and fills', async () => {
    const answer = await fetch(`${server.url}/api/analyst-tokens`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'Slow One', owner: 'alice' }) });
    const slow = await AnalystClient.connect(server.ws, ((await answer.json()) as { token: string }).token);
    const vote = (runId: string): void => slow.vote(runId, { signal: 'SELL', confidence: 0.81, reasoning: 'it told me so' });
    const held: string[] = [];
    slow.onRequest = ({ view, run_id: runId }) => void (view['symbol'] === 'NVDA' ? held.push(runId) : vote(runId));
    const { page, faults, axe } = await open(server, '/symbols/NVDA');
    const seat = page.locator('li[data-seat="slow_one"]');
    await page.getByRole('button', { name: 'Analyse' }).click(); // joins the run of the first subscription, where there is one
    await seat.getByText('waiting').waitFor();
    await page.getByText('voting: 10 of 11').first().waitFor();
    slow.onRequest = ({ run_id: runId }) => vote(runId); // other runs may come meanwhile
    held.forEach(vote);
    await inRow(seat, /SELL.*81/s);
    await page.getByText('11 of 11 voted').waitFor();
    await seat.getByRole('button').click();
    await seat.getByText('it told me so').waitFor();
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
    slow.close();
  });

  test('earlier signals come page by page', async () => {
    const known = async (): Promise<number> => (await stored(server.url, 'TSLA')).length;
    while ((await known()) < 27) {
      const before = await known();
      await fetch(`${server.url}/api/analyze`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"symbol":"TSLA"}' });
      await until(async () => (await known()) > before, 'the run has its signal');
    }
    const { page, faults } = await open(server, '/symbols/TSLA');
    const rows = page.locator('tr[data-signal]');
    await rows.nth(24).waitFor();
    const first = await rows.first().getAttribute('data-signal');
    await fetch(`${server.url}/api/analyze`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"symbol":"TSLA"}' });
    await until(async () => (await rows.first().getAttribute('data-signal')) !== first, 'the newest is on top');
    expect(await rows.count()).toBe(25); // what comes pushes out what is old: a page that is open all day does not grow
    const oldest = (await stored(server.url, 'TSLA')).at(-1)!.signal_id;
    expect(await page.locator(`tr[data-signal="${oldest}"]`).count()).toBe(0);
    await page.getByRole('button', { name: 'Earlier signals' }).click();
    await page.locator(`tr[data-signal="${oldest}"]`).waitFor();
    const shown = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-signal')));
    expect(new Set(shown).size).toBe(shown.length);
    await page.getByRole('button', { name: 'Earlier signals' }).waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  });

  test('Analyse asks the panel and says what came of it; structure is drawn when it is asked for', async () => {
    const { page, faults, axe } = await open(server, '/symbols/BTC%2FUSD', { size: PHONE, scheme: 'dark' });
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
    const { page, faults } = await open(strict, '/symbols/SPY');
    await page.getByRole('button', { name: 'Analyse' }).click();
    await page.getByRole('status').filter({ hasText: /^(BUY|SELL|HOLD)/ }).waitFor();
    await page.getByRole('button', { name: 'Analyse' }).click();
    await page.getByText(/Asked too often: again in \d+ s/).waitFor();
    expect(await page.getByRole('button', { name: 'Analyse' }).isDisabled()).toBe(true);
    expect(faults).toEqual([]);
    await strict.kill();
  });

  test('one that the feed does not know', async () => {
    const { page, faults } = await open(server, '/symbols/NOPE');
    await page.getByText('The feed knows no symbol NOPE.').waitFor();
    expect(faults).toEqual([]);
  });
});
