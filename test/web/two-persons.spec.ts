import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { overflows, pagesOf, PHONE, type OpenPage } from '../support/browser.js';
import { startServer, type TestServer } from '../support/server.js';
import { SECRET, token } from '../support/tokens.js';
import { tradingRoot } from '../support/trading-root.js';
import { until } from '../support/until.js';

const open = pagesOf();
const SCOPE = 'read approve';

async function waits(server: TestServer): Promise<boolean> {
  const headers = { Authorization: `Bearer ${await token({ subject: 'looker', scope: SCOPE })}` };
  const { items } = (await (await fetch(`${server.url}/api/approvals?status=waiting`, { headers })).json()) as { items: unknown[] };
  return items.length === 1;
}

async function signIn(page: Page, subject: string, scope = SCOPE): Promise<void> {
  await page.getByLabel('Token').fill(await token({ subject, scope }));
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const card = ({ page }: OpenPage) => page.getByRole('article', { name: /^Buy [\d.,]+ BTCUSDT$/ });

test('two persons with tokens of their own approve one order: both see each step as it happens, one alone is not enough', async () => {
  const server = await startServer({ AUTH_REQUIRED: 'true', AUTH_JWT_SECRET: SECRET }, await tradingRoot({ symbols: ['BTCUSDT'], needed: 2 }));
  await until(() => waits(server), 'it waits');
  const [alice, bob] = await Promise.all([open(server, '/trading/approvals', { expected: /401|409 \(Conflict\)/ }), open(server, '/trading/approvals', { size: PHONE, scheme: 'dark', expected: /401/ })]);
  await signIn(alice.page, 'alice');
  await signIn(bob.page, 'bob');
  for (const person of [alice, bob]) await card(person).getByText('0 of 2 persons').waitFor();

  await card(alice).getByRole('button', { name: 'Approve' }).click();
  for (const person of [alice, bob]) {
    await card(person).getByText('1 of 2 persons').waitFor();
    await card(person).getByText(/^alice at .* Another person must agree\.$/).waitFor();
  }
  await card(alice).getByRole('button', { name: 'Approve' }).click();
  await alice.page.getByRole('alert').getByText('Another person must agree: you have already.').waitFor();
  await card(bob).getByText('1 of 2 persons').waitFor();
  for (const person of [alice, bob]) expect(await person.axe()).toEqual([]);

  await card(bob).getByRole('button', { name: 'Approve' }).click();
  for (const { page } of [alice, bob]) {
    await page.getByText('Nothing waits for a person.').waitFor();
    const answered = page.locator('tr[data-answered]').filter({ hasText: 'BTCUSDT' });
    await answered.getByText('filled', { exact: true }).waitFor();
    await answered.getByText(/alice.*bob/).and(page.locator(':visible')).waitFor();
  }
  for (const person of [alice, bob]) {
    expect(await overflows(person.page)).toBe(false);
    expect(await person.axe()).toEqual([]);
    expect(person.faults).toEqual([]);
  }
  await server.kill();
});

test('who may not approve is told so in words, and sees no card', async () => {
  const server = await startServer({ AUTH_REQUIRED: 'true', AUTH_JWT_SECRET: SECRET }, await tradingRoot({ symbols: ['BTCUSDT'], needed: 2 }));
  const { page, faults, axe } = await open(server, '/trading/approvals', { expected: /401|403/ });
  await signIn(page, 'carol', 'read');
  await page.getByText('This token may not approve.').waitFor();
  expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  expect(await axe()).toEqual([]);
  expect(faults).toEqual([]);
  await server.kill();
});
