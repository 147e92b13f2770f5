import { afterAll, describe, expect, test } from '@jest/globals';
import { overflows, pagesOf, PHONE } from '../support/browser.js';
import { startChatServer, type ChatServer } from '../support/chat-server.mjs';
import { startServer, type TestServer } from '../support/server.js';
import { tradingRoot } from '../support/trading-root.js';
import { until } from '../support/until.js';

/** How much faster the server's time runs where cycles of agents are waited for. */
const TIMES = 30;

let chat: ChatServer | undefined;
const open = pagesOf();
afterAll(async () => {
  await chat?.close();
});

const get = async <T>({ url }: TestServer, path: string): Promise<T> => (await (await fetch(url + path)).json()) as T;
const waiting = async (server: TestServer): Promise<readonly { approval_id: string; symbol: string }[]> => (await get<{ items: { approval_id: string; symbol: string }[] }>(server, '/api/approvals?status=waiting')).items;

describe('approvals', () => {
  test('an approval that is given in the page becomes an order that is filled, and a position', async () => {
    const server = await startServer({}, await tradingRoot({ symbols: ['BTCUSDT', 'ETHUSDT'], needed: 1 }));
    await until(async () => (await waiting(server)).length === 2, 'both wait');
    const { page, faults, axe } = await open(server, '/trading/approvals');
    const card = page.getByRole('article', { name: /^Buy [\d.,]+ BTCUSDT$/ });
    await card.getByText('PAPER').waitFor();
    await card.getByText('SIMULATED').waitFor();
    await card.getByRole('timer').getByText(/^\d+:\d\d$/).waitFor();
    await card.getByText('It is the first tick of BTCUSDT.').waitFor();
    await page.getByRole('link', { name: /Trading 2 approvals wait/ }).waitFor();
    expect(await axe()).toEqual([]);

    await card.getByRole('button', { name: 'Approve' }).click();
    const answered = page.locator('tr[data-answered]').filter({ hasText: 'BTCUSDT' });
    await answered.getByText('approved').waitFor();
    await answered.getByText('filled', { exact: true }).waitFor();
    await page.getByRole('link', { name: /Trading 1 approval waits/ }).waitFor();

    await page.getByRole('link', { name: 'Orders', exact: true }).click();
    await page.getByLabel('Account', { exact: true }).selectOption('main');
    const entry = page.locator('tr[data-order]').filter({ hasText: 'entry' });
    await until(async () => (await entry.count()) === 1, 'only the order of main is shown');
    await entry.getByText('filled', { exact: true }).waitFor();
    await entry.getByRole('button', { name: /^Fills/ }).click();
    await page.getByRole('list', { name: 'Fills' }).getByText(/ at [\d.,]+/).first().waitFor();
    expect(await axe()).toEqual([]);
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await page.locator('tr[data-position="BTCUSDT"]').filter({ hasText: 'main' }).waitFor();
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
    await server.kill();
  });

  test('on a phone it is edited, then rejected with a note', async () => {
    const server = await startServer({}, await tradingRoot({ symbols: ['ETHUSDT'], needed: 1 }));
    await until(async () => (await waiting(server)).length === 1, 'it waits');
    const { page, faults, axe } = await open(server, '/trading/approvals', { size: PHONE, scheme: 'dark', expected: /400 \(Bad Request\)/ });
    await page.getByRole('button', { name: 'Edit…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Target').fill('1');
    await dialog.getByRole('button', { name: 'Save the edit' }).click();
    await dialog.getByText(/must be above/).first().waitFor();
    expect(await axe()).toEqual([]);
    await dialog.getByLabel('Target').fill('');
    await dialog.getByLabel('Quantity').fill('0.5');
    await dialog.getByRole('button', { name: 'Save the edit' }).click();
    await page.getByRole('article', { name: 'Buy 0.5 ETHUSDT' }).waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await axe()).toEqual([]);

    await page.getByRole('button', { name: 'Reject…' }).click();
    await dialog.getByLabel(/^Note/).fill('Not today.');
    await dialog.getByRole('button', { name: 'Reject' }).click();
    await page.getByText('Nothing waits for a person.').waitFor();
    await page.locator('tr[data-answered]').getByText('Not today.').waitFor();
    expect(await overflows(page)).toBe(false);
    expect(faults).toEqual([]);
    await server.kill();
  });

  test('where two persons are needed, the same one is told that another must agree; and that nothing may be approved while trading is halted', async () => {
    const server = await startServer({}, await tradingRoot({ symbols: ['BTCUSDT'], needed: 2 }));
    await until(async () => (await waiting(server)).length === 1, 'it waits');
    const { page, faults } = await open(server, '/trading/approvals', { expected: /409 \(Conflict\)/ });
    await page.getByText('0 of 2 persons').waitFor();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('1 of 2 persons').waitFor();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('alert').getByText('Another person must agree: you have already.').waitFor();
    await page.getByRole('button', { name: 'Halt…' }).click();
    await page.getByRole('button', { name: 'Halt all trading' }).click();
    await page.getByRole('group', { name: 'Trading of all accounts' }).getByText('HALTED').waitFor();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('alert').getByText('Its state, or that of trading, does not allow it any more.').waitFor();
    expect(faults).toEqual([]);
    await server.kill();
  });
});

describe('agents', () => {
  test('a halt stops one, its page says why, and it trades again once resumed; it is paused, resumed, and asked less often', async () => {
    chat = await startChatServer(() => ({ text: JSON.stringify({ reasoning: 'The trend is up.', decisions: [{ symbol: 'BTCUSDT', action: 'open_long', share: 0.05, leverage: 2, target_price: null, stop_loss: null, confidence: 0.9, reason: 'More of it.' }] }) }));
    const server = await startServer({
      OPENAI_BASE_URL: chat.url, OPENAI_API_KEY: 'key', OPENAI_MODEL: 'test-model', SIM_TICK_MS: '5000',
      NODE_OPTIONS: '--import ./test/support/time-lapse.mjs --disable-warning=ExperimentalWarning', TIME_LAPSE: `${TIMES},${Date.now()}`,
    }, await tradingRoot({ symbols: ['ETHUSDT'], needed: 0, agentsEvery: 60 }));
    const { page, faults, axe } = await open(server, '/trading/agents');
    await page.getByRole('link', { name: 'DeepSeek Chat v3.1' }).click();
    const cycles = page.getByRole('list', { name: 'Decisions, newest first' });
    await cycles.getByText('The trend is up.').first().waitFor();
    await cycles.getByText('filled', { exact: true }).or(cycles.getByText('submitted', { exact: true })).first().waitFor();
    await page.locator('tr[data-position="BTCUSDT"]').waitFor();
    await page.getByRole('img', { name: 'Equity of DeepSeek Chat v3.1' }).waitFor();
    expect(await axe()).toEqual([]);

    await page.getByRole('button', { name: 'Halt…' }).click();
    await page.getByLabel(/^Reason/).fill('Enough for today.');
    await page.getByRole('button', { name: 'Halt all trading' }).click();
    await page.getByRole('group', { name: 'Trading of all accounts' }).getByText('HALTED').waitFor();
    await page.getByRole('heading', { level: 1 }).getByText('HALTED').waitFor();
    await page.getByText(/The account is HALTED.*Enough for today\./).first().waitFor();
    expect(await axe()).toEqual([]);
    await cycles.getByText(/The account is HALTED.* Nothing that adds exposure \(wanted open_long/).first().waitFor(); // its next decision
    await page.getByRole('group', { name: 'Trading of all accounts' }).getByRole('button', { name: 'Resume…' }).click();
    await page.getByRole('button', { name: 'Resume all trading' }).click();
    await page.getByRole('heading', { level: 1 }).getByText('running').waitFor();

    await page.getByRole('button', { name: 'Pause…' }).click();
    await page.getByLabel(/^Reason/).fill('Looking into it.');
    await page.getByRole('button', { name: 'Pause DeepSeek Chat v3.1' }).click();
    await page.getByText('Paused: Looking into it.').waitFor();
    await page.getByLabel('Interval').selectOption('3600');
    await until(async () => (await get<{ interval_s: number }>(server, '/api/agents/deepseek-chat-v3.1')).interval_s === 3600, 'its interval is an hour');
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByRole('heading', { level: 1 }).getByText('running').waitFor();
    for (const tab of ['Trades', 'Performance', 'Analytics', 'Reflections']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByRole('tabpanel', { name: tab }).getByText(/P&L|No trade|Nothing was/).first().waitFor();
    }
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
    await server.kill();
  });
});

test('every page of trading on a phone: nothing sticks out, and axe is content', async () => {
  const server = await startServer({}, await tradingRoot({ symbols: ['BTCUSDT'], needed: 0 }));
  const { page, faults, axe } = await open(server, '/trading', { size: PHONE });
  await page.locator('tr[data-position="BTCUSDT"]').first().waitFor();
  await page.getByRole('article', { name: 'Account main' }).getByText('ACTIVE').waitFor();
  for (const [path, shown] of [['', 'Open positions'], ['/agents', 'Trend follower'], ['/agents/trend-follower', 'Decided by rules'], ['/assets', 'BTC/USD'], ['/assets/BTC%2FUSD', 'To improve'], ['/orders', 'filled'], ['/decisions', 'It is the first tick'], ['/approvals', 'Nothing waits']] as const) {
    await page.goto(`${server.url}/trading${path}`);
    await page.getByText(shown).first().waitFor({ state: 'attached' });
    expect([path, await overflows(page)]).toEqual([path, false]);
    expect([path, await axe()]).toEqual([path, []]);
  }
  expect(faults).toEqual([]);
  await server.kill();
});
