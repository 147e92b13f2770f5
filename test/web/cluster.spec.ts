import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { SignalUpdate } from '../../src/client/index.js';
import { pagesOf } from '../support/browser.js';
import { analyze, Cluster } from '../support/cluster.js';
import { Nginx } from '../support/nginx.js';
import type { TestServer } from '../support/server.js';
import { tradingRoot } from '../support/trading-root.js';
import { until } from '../support/until.js';

let cluster: Cluster;
let nginx: Nginx;
beforeAll(async () => {
  // runs come from subscriptions and from those who ask
  const quiet = { ANALYZE_PER_MINUTE: '1000', SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1', TRUST_PROXY: '127.0.0.1' };
  cluster = await Cluster.start(2, quiet, await tradingRoot({ symbols: ['BTCUSDT'], needed: 1 }));
  const [a, b] = cluster.nodes.map(({ url }) => new URL(url).host) as [string, string];
  nginx = await Nginx.start([a, b, b]);
}, 120_000);
const open = pagesOf();
afterAll(async () => {
  await nginx?.remove();
  await cluster?.remove();
});

interface Waiting {
  readonly approval_id: string;
  readonly hash: string;
}

const items = async <T>({ url }: Pick<TestServer, 'url'>, path: string): Promise<T[]> => ((await (await fetch(url + path)).json()) as { items: T[] }).items;
const post = (node: TestServer, path: string, body: object): Promise<Response> => fetch(node.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** The signal of a run that this node was asked for. */
async function analysed(node: TestServer, symbol: string): Promise<SignalUpdate> {
  const runId = await analyze(node, symbol);
  return until(async () => (await items<SignalUpdate>(node, `/api/signals?symbol=${symbol}`)).find(({ run_id: id }) => id === runId), 'its signal');
}

const nodes = (page: Page) => page.locator('tr[data-node]');

test('a page at one node sees what happens at the other: votes, a signal, an approval and its fill, a halt', async () => {
  const [here, there] = cluster.nodes as [TestServer, TestServer];
  const { page, faults, axe } = await open(here, '/symbols/MSFT');
  await page.locator('tr[data-signal]').first().waitFor(); // of the page's own subscription
  const said = await analysed(there, 'MSFT');
  await page.locator(`tr[data-signal="${said.signal_id}"]`).getByText(said.action).waitFor();
  await page.locator(`li[data-mark="${said.signal_id}"]`).waitFor();
  for (const [id, { signal }] of Object.entries(said.agents_consensus.agent_details)) await page.locator(`li[data-seat="${id}"]`).filter({ hasText: signal }).waitFor();

  await page.getByRole('navigation').getByRole('link', { name: /^Trading/ }).first().click();
  await page.getByRole('link', { name: 'Approvals', exact: true }).click();
  await page.getByRole('article', { name: /^Buy [\d.,]+ BTCUSDT$/ }).waitFor();
  const [waiting] = (await items<Waiting>(there, '/api/approvals?status=waiting')) as [Waiting];
  expect((await post(there, `/api/approvals/${waiting.approval_id}`, { decision: 'approve', hash: waiting.hash })).status).toBe(200);
  await page.getByText('Nothing waits for a person.').waitFor();
  await page.locator('tr[data-answered]').filter({ hasText: 'BTCUSDT' }).getByText('filled', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Overview', exact: true }).click();
  await page.locator('tr[data-position="BTCUSDT"]').filter({ hasText: 'main' }).waitFor();

  const strip = page.getByRole('group', { name: 'Trading of all accounts' });
  await strip.getByText('ACTIVE').waitFor();
  expect((await post(there, '/api/trading/state', { state: 'HALTED', reason: 'from afar' })).status).toBe(200);
  await strip.getByText('HALTED').waitFor();
  await strip.getByText(/from afar/).waitFor();
  await page.getByRole('article', { name: 'Account main' }).getByText('HALTED').waitFor();
  expect((await post(there, '/api/trading/state', { state: 'ACTIVE' })).status).toBe(200);
  await strip.getByText('ACTIVE').waitFor();

  await page.getByRole('link', { name: 'Groups', exact: true }).click();
  await page.getByText('No trading group yet.').waitFor();
  expect((await post(there, '/api/groups', { name: 'made_there', symbol: 'BTCUSDT' })).status).toBe(201);
  await page.locator('tr[data-group="made_there"]').waitFor();

  await page.getByRole('link', { name: 'Analysts', exact: true }).click();
  await page.getByText(/^votes at 2 nodes since/).waitFor();
  const asked = page.locator('dl').getByText('Votes asked for').locator('..').locator('dd').first();
  const before = await asked.innerText();
  await analysed(there, 'MSFT');
  await until(async () => (await asked.innerText()) !== before, 'a run at the other node is counted');

  await page.getByRole('link', { name: 'Operations', exact: true }).click();
  await until(async () => (await nodes(page).count()) === 2, 'both nodes are shown');
  expect(await axe()).toEqual([]);
  expect(faults).toEqual([]);
}, 180_000);

test('behind nginx the node of a page is killed: the page goes on at the other, without a reload and without a missing signal', async () => {
  const { page, faults } = await open(nginx, '/operations', { expected: /ERR_|WebSocket connection|50[234]/ });
  await until(async () => (await nodes(page).count()) === 2, 'both nodes are shown');
  await page.evaluate('window.sameDocument = true');
  const says = nodes(page).filter({ hasText: 'says this' });
  const pid = Number((await says.getAttribute('data-node'))!.split(':').at(-1));
  const mine = cluster.nodes.find(({ process }) => process.pid === pid)!;
  const other = cluster.nodes.find((node) => node !== mine)!;
  await page.getByRole('link', { name: 'Live', exact: true }).click();
  await page.locator('tr[data-symbol="NVDA"]').getByText(/BUY|SELL|HOLD/).waitFor();
  await page.locator('tr[data-symbol="NVDA"]').getByRole('link').first().click();
  await page.locator('tr[data-signal]').first().waitFor();

  await mine.kill();
  for (let run = 0; run < 3; run += 1) await analysed(other, 'NVDA'); // while the page is away, or just back
  const ids = (): Promise<(string | null)[]> => page.locator('tr[data-signal]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-signal')));
  const whole = async (): Promise<boolean> => {
    const stored = (await items<SignalUpdate>(other, '/api/signals?symbol=NVDA&limit=500')).map(({ signal_id: id }) => id);
    return stored.length >= 4 && JSON.stringify(await ids()) === JSON.stringify(stored);
  };
  await until(whole, 'all signals are shown, in order, each once');
  await page.getByText(/No connection since/).waitFor({ state: 'detached' });
  const { signal_id: last } = await analysed(other, 'NVDA');
  await page.locator(`tr[data-signal="${last}"]`).waitFor();
  expect(await page.evaluate('window.sameDocument')).toBe(true);

  await page.getByRole('link', { name: 'Operations', exact: true }).click();
  await says.filter({ hasText: String(other.process.pid) }).waitFor();
  await until(async () => (await nodes(page).count()) === 1, 'the other is alone');
  expect(faults).toEqual([]);
}, 180_000);
