import { afterAll, expect, test } from '@jest/globals';
import { startAlpacaServer, type AlpacaServer } from '../support/alpaca-server.js';
import { overflows, pagesOf, PHONE } from '../support/browser.js';
import { startServer } from '../support/server.js';
import { tradingRoot } from '../support/trading-root.js';
import { until } from '../support/until.js';

const open = pagesOf();
let alpaca: AlpacaServer | undefined;
afterAll(() => alpaca?.close());

test('where real money trades the page says LIVE: at the account, at what waits for a person, and at its order, decision and position', async () => {
  const exchange = (alpaca = await startAlpacaServer());
  exchange.price('BTCUSD', 50_000);
  const server = await startServer({
    TRADING: 'alpaca-live', I_ACCEPT_LIVE_TRADING: 'yes', ALPACA_API_KEY: 'key', ALPACA_SECRET_KEY: 'secret', ALPACA_BASE_URL: exchange.url, ALPACA_STREAM_URL: exchange.streamUrl,
  }, await tradingRoot({ symbols: ['BTC/USD'] }));
  await until(async () => ((await (await fetch(`${server.url}/api/approvals?status=waiting`)).json()) as { items: unknown[] }).items.length === 1, 'it waits');
  const { page, faults, axe } = await open(server, '/trading/approvals', { size: PHONE });
  const card = page.getByRole('article', { name: /^Buy [\d.,]+ BTC\/USD$/ });
  await card.getByText('LIVE', { exact: true }).waitFor();
  await card.getByText('SIMULATED').waitFor();
  await card.getByText('An order with real money, at Alpaca.').waitFor();
  expect(await card.getByText('PAPER').count()).toBe(0);
  expect(await overflows(page)).toBe(false);
  expect(await axe()).toEqual([]);
  expect(exchange.orders).toEqual([]);

  await card.getByRole('button', { name: 'Approve' }).click();
  const answered = page.locator('tr[data-answered]').filter({ hasText: 'BTC/USD' });
  await answered.getByText('submitted', { exact: true }).waitFor();
  await answered.getByText('LIVE', { exact: true }).waitFor();
  await until(() => exchange.orders.length === 1, 'it is at Alpaca');
  exchange.price('BTCUSD', 50_010);
  await answered.getByText('filled', { exact: true }).waitFor();
  expect(await overflows(page)).toBe(false);
  expect(await axe()).toEqual([]);

  await page.goto(`${server.url}/trading/orders`);
  await page.locator('tr[data-order]').filter({ hasText: 'BTC/USD' }).filter({ hasText: 'filled' }).getByText('LIVE', { exact: true }).waitFor();
  expect(await overflows(page)).toBe(false);
  expect(await axe()).toEqual([]);
  await page.goto(`${server.url}/trading/decisions`);
  await page.locator('tr[data-decision]').filter({ hasText: 'BTC/USD' }).getByText('LIVE', { exact: true }).first().waitFor();
  await page.goto(`${server.url}/trading`);
  await page.getByRole('article', { name: 'Account main' }).getByText('LIVE', { exact: true }).waitFor();
  await page.getByRole('article', { name: 'Account trend-follower' }).getByText('PAPER', { exact: true }).waitFor();
  await page.locator('tr[data-position="BTC/USD"]').filter({ hasText: 'main' }).getByText('LIVE', { exact: true }).waitFor();
  for (const other of await page.locator('tr[data-position]').filter({ hasNotText: 'main' }).all()) expect(await other.getByText('LIVE').count()).toBe(0);
  expect(await overflows(page)).toBe(false);
  expect(await axe()).toEqual([]);
  expect(faults).toEqual([]);
  expect(exchange.orders.filter(({ side }) => side === 'buy')).toHaveLength(1);
  await server.kill();
});
