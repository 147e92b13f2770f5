import { beforeAll, expect, test } from '@jest/globals';
import { pagesOf, PHONE } from '../support/browser.js';
import { EventClient } from '../support/event-client.js';
import { newGroup, rest } from '../support/group-admin.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
const open = pagesOf();
const gone = (path: string): Promise<Response> => fetch(server.url + path, { method: 'DELETE' });

test('groups that somebody else makes, renames and deletes are in the list as it happens', async () => {
  const { page, faults, axe } = await open(server, '/groups');
  await page.getByText('No trading group yet.').waitFor();
  const { group_id: id } = await newGroup(server, 'made_elsewhere');
  const row = page.locator('tr[data-group="made_elsewhere"]');
  await row.waitFor();
  await newGroup(server, 'another_one');
  await page.locator('tr[data-group="another_one"]').waitFor();
  await rest(server, 'PATCH', `/api/groups/${id}`, { name: 'renamed_elsewhere', leverage: 1 });
  await page.locator('tr[data-group="renamed_elsewhere"]').waitFor();
  expect(await row.count()).toBe(0);
  expect(await axe()).toEqual([]);
  await gone(`/api/groups/${id}`);
  await page.locator('tr[data-group="renamed_elsewhere"]').waitFor({ state: 'detached' });
  expect(await page.locator('tr[data-group]').count()).toBe(1);
  expect(faults).toEqual([]);
});

test('triggers that somebody else makes, switches off, connects and deletes, and roles, are there as it happens', async () => {
  await newGroup(server, 'told_desk');
  const { page, faults, axe } = await open(server, '/groups?tab=triggers', { size: PHONE, scheme: 'dark' });
  await page.getByText('No trigger yet.').waitFor();
  const { trigger_id: id, token } = (await rest(server, 'POST', '/api/triggers', { name: 'my_program', kind: 'external', config: {} })) as { trigger_id: string; token: string };
  const row = page.locator('tr[data-trigger="my_program"]');
  await row.getByText('away', { exact: true }).waitFor();
  const program = await EventClient.connect(server.ws, `trigger_token=${token}`);
  await row.getByText('connected', { exact: true }).waitFor();
  program.close();
  await row.getByText('away', { exact: true }).waitFor();
  await rest(server, 'PATCH', `/api/triggers/${id}`, { enabled: false });
  await row.getByText('off', { exact: true }).waitFor();
  expect(await axe()).toEqual([]);
  await gone(`/api/triggers/${id}`);
  await row.waitFor({ state: 'detached' });

  await page.getByRole('tab', { name: 'Roles' }).click();
  await page.getByText('Group leader').first().waitFor();
  await rest(server, 'POST', '/api/roles', { role: 'macro_analyst', title: 'Macro analyst', prompt: 'You read the economy.' });
  await page.getByText('Macro analyst').first().waitFor();
  await rest(server, 'PATCH', '/api/roles/macro_analyst', { title: 'Economist' });
  await page.getByText('Economist').first().waitFor();
  await gone('/api/roles/macro_analyst');
  await page.getByText('Economist').first().waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
});
