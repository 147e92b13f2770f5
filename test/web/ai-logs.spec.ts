import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { overflows, pagesOf, PHONE } from '../support/browser.js';
import { startChatServer, type ChatServer } from '../support/chat-server.mjs';
import { RawClient } from '../support/raw-client.js';
import { startServer, type TestServer } from '../support/server.js';

let chat: ChatServer;
let server: TestServer;
const open = pagesOf();
/** Resolves when the run has its signal. */
async function analyze(symbol: string): Promise<void> {
  const client = await RawClient.open(`${server.ws}/ws/signals`);
  const { data } = await client.ask('analyze', { symbol });
  await client.find((frame) => frame.type === 'signal_update' && frame.data.run_id === data.run_id);
  client.close();
}
beforeAll(async () => {
  chat = await startChatServer(({ body }) => (JSON.stringify(body.messages).includes('NVDA') ? { status: 400, message: 'not of that one' } : { opinion: { reasoning: ['A "quoted", =reason.'] } }));
  server = await startServer({
    OPENAI_BASE_URL: chat.url, OPENAI_MODEL: 'gpt-5-mini', ANALYZE_PER_MINUTE: '100', TRADING: 'off', SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '0.9',
  });
  await analyze('AAPL');
  await analyze('NVDA');
});
afterAll(async () => {
  await chat.close();
});

/** The ids of the rows, from the top. */
const shown = (page: Page): Promise<string[]> => page.locator('tr[data-call]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-call')!));
async function exported(page: Page, button: string): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

describe('AI logs', () => {
  test('are filtered, and the exports have the rows that the page shows', async () => {
    const { page, faults, axe } = await open(server, '/ai-logs');
    await page.locator('tr[data-call]').first().waitFor();
    const all = await shown(page);
    await page.getByLabel('Symbol').selectOption('AAPL');
    await page.waitForURL(/symbol=AAPL/);
    await page.locator('tr[data-call]').filter({ hasText: 'NVDA' }).first().waitFor({ state: 'detached' });
    const rows = await shown(page);
    expect([rows.length > 0, rows.length < all.length]).toEqual([true, true]);

    const json = await exported(page, 'Export JSON');
    expect(json.name).toMatch(/^ai-logs-.*\.json$/);
    expect((JSON.parse(json.text) as { call_id: string }[]).map(({ call_id: id }) => id)).toEqual(rows);
    const csv = await exported(page, 'Export CSV');
    expect(csv.name).toMatch(/\.csv$/);
    const heading = csv.text.split('\r\n', 1)[0]!;
    expect(heading).toContain('call_id');
    for (const id of rows) expect(csv.text).toContain(id);
    for (const id of all.filter((each) => !rows.includes(each))) expect(csv.text).not.toContain(id);
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('are searched, and a call unfolds with its prompt, reply and what it took', async () => {
    const { page, faults, axe } = await open(server, '/ai-logs?symbol=AAPL', { scheme: 'dark' });
    await page.getByLabel('Search prompts and replies').fill('quoted');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForURL(/q=quoted/);
    const call = page.locator('tr[data-call]').first();
    await call.getByRole('button').click();
    await page.getByRole('region', { name: 'Reply' }).getByText(/quoted/).waitFor();
    await page.locator('summary', { hasText: 'Instructions' }).click();
    await page.getByRole('region', { name: 'Instructions' }).waitFor();
    await page.getByText('gpt-5-mini-2026-01-01').waitFor();
    expect(await axe()).toEqual([]);
    await page.getByLabel('Search prompts and replies').fill('nothing says this');
    await page.keyboard.press('Enter');
    await page.getByText('No call fits the filter.').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await page.locator('tr[data-call]').first().waitFor();
    expect(faults).toEqual([]);
  });

  test('tokens and dollars stand over time, and new calls come in by themselves', async () => {
    const { page, faults } = await open(server, '/ai-logs');
    await page.getByRole('img', { name: /^Tokens: .* over 2\d bars/ }).waitFor();
    await page.getByRole('img', { name: /^Dollars: \$/ }).waitFor();
    await page.getByRole('meter', { name: 'Budget of today' }).waitFor();
    expect(await page.locator('tr[data-call]').filter({ hasText: 'SPY' }).count()).toBe(0);
    await analyze('SPY');
    await page.locator('tr[data-call]').filter({ hasText: 'SPY' }).first().waitFor();
    await page.getByRole('tab', { name: 'By symbol' }).click();
    await page.getByRole('tabpanel').getByText('SPY').waitFor();
    expect(faults).toEqual([]);
  });

  test('on a phone nothing sticks out', async () => {
    const { page, faults, axe } = await open(server, '/ai-logs?outcome=OK', { size: PHONE });
    await page.locator('tr[data-call]').first().getByRole('button').click();
    await page.getByText('Prompt file').waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('without a model it is said what to set', async () => {
    const bare = await startServer({ TRADING: 'off' });
    const { page, faults, axe } = await open(bare, '/ai-logs');
    await page.getByText('No language model has a seat, so nothing was asked.').waitFor();
    await page.getByText('OPENAI_API_KEY', { exact: true }).waitFor();
    await page.getByText('OPENAI_BASE_URL', { exact: true }).waitFor();
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
    await bare.kill();
  });
});
