import { expect, test } from '@jest/globals';
import { pagesOf } from '../support/browser.js';
import { startServer } from '../support/server.js';
import { SECRET, token } from '../support/tokens.js';

const open = pagesOf();

test('the page asks for a token before anything else, and keeps it for the tab', async () => {
  const server = await startServer({ AUTH_REQUIRED: 'true', AUTH_JWT_SECRET: SECRET });
  const { page, faults, axe } = await open(server, '/', { expected: /401/ });
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
});
