import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { overflows, pagesOf, PHONE } from '../support/browser.js';
import { EventClient } from '../support/event-client.js';
import { freePort } from '../support/free-port.mjs';
import { newGroup, rest } from '../support/group-admin.js';
import { freshDataDir, startServer, type TestServer } from '../support/server.js';
import { until } from '../support/until.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
const open = pagesOf();
const clients: EventClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
});

/** What a browser says of its own to an answer of 4xx. */
const REFUSALS = /Failed to load resource: .* 4\d\d/;

const connected = async (token: string): Promise<EventClient> => {
  const client = await EventClient.group(server.ws, token);
  clients.push(client);
  return client;
};

const discussion = (eventId: string) => ({
  type: 'system', level: 'info', code: 'TRADING_GROUP_DISCUSSION_LOG', message: 'discussion completed',
  detail: {
    event_id: eventId, correlation_id: eventId, symbol: 'BTCUSDT',
    member_opinions: [
      { name: 'Chart', role: 'technical_analyst', signal: 'BUY', confidence: 0.71, reasoning: ['EMA12 is above EMA26', 'RSI has room'] },
      { name: 'Caution', role: 'risk_analyst', signal: 'HOLD', confidence: 0.4, reasoning: 'The range is wide', veto: false },
      { name: 'The boss', role: 'group_leader', opinion: 'The chart is right', confidence: 0.6 },
    ],
    decision: { action: 'BUY', confidence: 0.66, target_price: 90_000, stop_loss: 10_000, reasoning: ['Support outweighs doubt'] },
  },
});
const trade = (eventId: string, action: 'LONG' | 'CLOSE') => ({
  type: 'event', event_type: 'post_trade', title: action, condition: { domain: 'trade_decision', trace: { correlation_id: eventId, idempotency_key: `${eventId} ${action}` } },
  payload: JSON.stringify({ symbol: 'BTCUSDT', signal: { action, qty: 0, confidence: 0.66, reason: 'decision ready' } }),
});

describe('groups', () => {
  test('one is made in the page, connects, is told, discusses, trades, and is sent away when its token is revoked; all of it live', async () => {
    const { page, faults, axe } = await open(server, '/groups', { expected: REFUSALS });
    await page.getByText('No trading group yet.').waitFor();
    expect(await axe()).toEqual([]);

    await page.getByRole('button', { name: 'Make a group' }).click();
    const form = page.getByRole('dialog', { name: 'New trading group' });
    await form.getByLabel('Name').fill('a desk');
    await form.getByLabel('Symbol').fill('NOSUCH');
    await form.getByLabel('Leverage').fill('many');
    await form.getByRole('button', { name: 'Make the group' }).click();
    await form.getByText('must be 1 to 60 of A-Z').waitFor(); // each flaw at its field
    await form.getByText('must be a whole number').waitFor();
    await form.getByLabel('Name').fill('btc_desk');
    await form.getByLabel('Leverage').fill('2');
    await form.getByRole('button', { name: 'Make the group' }).click();
    await form.getByText(/No feed knows NOSUCH/).waitFor();
    expect(await form.getByLabel('Symbol').getAttribute('aria-invalid')).toBe('true');
    expect(await axe()).toEqual([]);
    await form.getByLabel('Symbol').fill('BTCUSDT');
    await form.getByRole('button', { name: 'Make the group' }).click();

    const once = page.getByRole('dialog', { name: 'The token of btc_desk' });
    const token = await once.getByLabel('Token', { exact: true }).innerText();
    expect(token).toMatch(/^cg_/);
    await once.getByText(`npx conclave group --token ${token}`).waitFor();
    expect(await axe()).toEqual([]);
    await once.getByRole('button', { name: 'Close' }).click();
    await page.getByText(token).waitFor({ state: 'detached' });

    const row = page.locator('tr[data-group="btc_desk"]');
    await row.getByText('away').waitFor();
    const client = await connected(token);
    await row.locator('[data-presence="connected"]').waitFor(); // without a reload
    await row.getByRole('link', { name: 'btc_desk' }).click();
    await page.getByRole('heading', { name: 'btc_desk' }).waitFor();
    await page.getByText('Nothing was discussed yet.').waitFor();

    await page.getByRole('button', { name: 'Test event' }).click();
    await page.getByRole('dialog').getByLabel('News').check();
    expect(await axe()).toEqual([]);
    await page.getByRole('button', { name: 'Send the test event' }).click();
    await client.until(() => client.events.length > 0);
    const event = client.events[0]!;
    expect(event.title).toMatch(/^TEST: .*BTCUSDT/);
    await page.getByRole('tab', { name: /Events/ }).click();
    await page.locator(`tr[data-event="${event.id as string}"]`).getByText(event.title as string).waitFor();
    await page.getByRole('tab', { name: /Discussions/ }).click();

    expect(await client.ask(discussion(event.id as string))).toMatchObject({ ok: true });
    const said = page.locator('article[data-discussion]');
    await said.locator('[data-speaker="Chart"]').getByText('EMA12 is above EMA26').waitFor();
    expect(await said.locator('[data-speaker="Chart"]').innerText()).toMatch(/technical analyst[\s\S]*BUY[\s\S]*71%/);
    await said.locator('[data-speaker="The boss"]').getByText('The chart is right').waitFor();
    expect(await said.locator('[data-decision="BUY"]').innerText()).toMatch(/The boss[\s\S]*decides[\s\S]*66%[\s\S]*target 90,000/);

    expect(await client.ask(trade(event.id as string, 'LONG'))).toMatchObject({ ok: true });
    await said.getByText('filled', { exact: true }).waitFor(); // partly filled would be cancelled by the close
    expect(await client.ask(trade(event.id as string, 'CLOSE'))).toMatchObject({ ok: true });
    await said.getByText('Lesson').waitFor();
    await said.getByText('Outcome').waitFor();
    await said.getByText('filled', { exact: true }).nth(1).waitFor();
    expect(await said.locator('[data-order]').allInnerTexts()).toEqual([expect.stringMatching(/buy[\s\S]*filled/), expect.stringMatching(/sell[\s\S]*filled/)]);
    expect(await axe()).toEqual([]);
    await page.getByRole('tab', { name: /Orders/ }).click();
    await until(async () => (await page.locator('tr[data-order]').count()) === 2, 'both orders');
    await page.getByRole('tab', { name: /Lessons/ }).click();
    await page.locator('li[data-lesson]').waitFor();

    await page.getByRole('link', { name: 'Trace' }).click();
    await page.getByRole('heading', { name: event.title as string }).waitFor();
    const steps = await page.locator('li[data-step]').evaluateAll((all) => all.map((each) => each.getAttribute('data-step')));
    expect(steps.filter((step, at) => step !== 'event' && steps.indexOf(step) === at)).toEqual(['discussion', 'decision', 'order', 'fill', 'trade', 'lesson']);
    expect(await axe()).toEqual([]);
    await page.getByRole('link', { name: '← The group' }).click();

    await page.getByRole('button', { name: 'Revoke token' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke the token' }).click();
    expect(await client.end()).toEqual({ code: 1008, reason: 'TOKEN_INVALID' });
    await page.locator('[data-presence="no token"]').waitFor();
    await page.getByText('Nobody can connect: its token was revoked.').waitFor();
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make a new token' }).click();
    const next = await page.getByRole('dialog', { name: 'The token of btc_desk' }).getByLabel('Token', { exact: true }).innerText();
    await page.getByRole('button', { name: 'Close' }).click();
    await connected(next);
    await page.locator('[data-presence="connected"]').waitFor();
    expect(faults).toEqual([]);
  });

  test('settings and members change, a role of one’s own has its prompt, and a group is deleted after one question', async () => {
    const { token } = await newGroup(server, 'panel_desk');
    const client = await connected(token);
    const { page, faults, axe } = await open(server, '/groups/panel_desk', { expected: REFUSALS });
    await page.getByRole('heading', { name: 'panel_desk' }).waitFor();
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByLabel('Margin of a trade').fill('250');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('250.00').waitFor();
    await client.until(() => client.events.some(({ event_type: type, payload }) => type === 'config_update' && (JSON.parse(payload as string) as { margin_usd: number }).margin_usd === 250));

    await page.goto(`${server.url}/groups?tab=roles`);
    await page.getByRole('button', { name: 'New role' }).click();
    await page.getByLabel('Name').fill('macro_analyst');
    await page.getByLabel('Title').fill('Macro analyst');
    await page.getByRole('button', { name: 'Make the role' }).click();
    await page.getByRole('dialog').locator('[aria-invalid]').waitFor(); // no prompt
    await page.getByLabel('Prompt').fill('You look at rates.');
    await page.getByRole('button', { name: 'Make the role' }).click();
    await page.locator('li[data-role-name="macro_analyst"]').waitFor();
    expect(await axe()).toEqual([]);

    await page.goto(`${server.url}/groups/panel_desk`);
    await page.getByRole('button', { name: 'Add member' }).click();
    const member = page.getByRole('dialog');
    await member.getByLabel('Name').fill('Rates');
    await member.getByLabel('Role').selectOption('group_leader');
    await member.getByRole('button', { name: 'Add the member' }).click();
    await member.getByText(/the group has a group_leader already/).waitFor();
    await member.getByLabel('Role').selectOption('macro_analyst');
    await member.getByRole('button', { name: 'Add the member' }).click();
    await page.locator('li[data-member="Rates"]').getByText('Macro analyst').waitFor();
    await client.until(() => client.events.some(({ payload }) => (payload as string).includes('You look at rates.')));
    await page.getByRole('button', { name: 'Edit Rates' }).click();
    await page.getByLabel('Prompt of its own').fill('You look at the yield curve.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('li[data-member="Rates"]').getByText('own prompt').waitFor();
    await page.getByRole('button', { name: 'Remove Rates' }).click();
    await page.getByRole('button', { name: 'Remove the member' }).click();
    await page.locator('li[data-member="Rates"]').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete the group' }).click();
    await page.getByText(/panel_desk is deleted. The account group-panel_desk stays/).waitFor();
    await page.waitForURL(({ pathname }) => pathname === '/groups');
    expect(await page.locator('tr[data-group="panel_desk"]').count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test('triggers are made by kind, say what is wrong at the field, show their secret once, and are switched and deleted', async () => {
    await newGroup(server, 'told_desk');
    const { page, faults, axe } = await open(server, '/groups?tab=triggers', { expected: REFUSALS });
    await page.getByText('No trigger yet.').waitFor();
    await page.getByRole('button', { name: 'New trigger' }).click();
    const form = page.getByRole('dialog', { name: 'New trigger' });
    await form.getByLabel('Name').fill('open_bell');
    await form.getByLabel('Kind').selectOption('schedule');
    await form.getByLabel('Cron pattern').fill('every day');
    await form.getByRole('button', { name: 'Make the trigger' }).click();
    await form.getByText(/cannot be read/).waitFor();
    await form.getByText(/must be a list of 1 to 1000 texts/).waitFor(); // no group
    expect(await axe()).toEqual([]);
    await form.getByLabel('told_desk').check();
    await form.getByLabel('Cron pattern').fill('* * * * * *');
    await form.getByRole('button', { name: 'Make the trigger' }).click();
    const row = page.locator('tr[data-trigger="open_bell"]');
    await row.locator('time').waitFor(); // an event has come, and the page was told
    await rest(server, 'PATCH', '/api/triggers/open_bell', { config: { targets: ['told_desk'], cron: '* * * * * *', payload: 'kept' } });
    await page.reload();
    await row.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Title of its events').fill('A second has passed');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await rest(server, 'GET', '/api/triggers/open_bell')).config).toMatchObject({ title: 'A second has passed', payload: 'kept', targets: ['told_desk'] });
    await row.getByRole('button', { name: 'Disable' }).click();
    await row.getByText('off', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Enable' }).waitFor();

    await page.getByRole('button', { name: 'New trigger' }).click();
    await form.getByLabel('Name').fill('hook');
    await form.getByLabel('Kind').selectOption('webhook');
    await form.getByLabel('told_desk').check();
    await form.getByRole('button', { name: 'Make the trigger' }).click();
    const once = page.getByRole('dialog', { name: 'The secret of hook' });
    const secret = await once.getByLabel('Secret', { exact: true }).innerText();
    expect(secret.length).toBeGreaterThan(20);
    await once.getByText(`${server.url}/api/hooks/hook`).waitFor();
    await once.getByRole('button', { name: 'Close' }).click();
    await page.getByText(secret).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Delete open_bell' }).click();
    await page.getByRole('button', { name: 'Delete the trigger' }).click();
    await row.waitFor({ state: 'detached' });
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('dark, on a phone: nothing sticks out, and axe is content', async () => {
    const { group_id: id, token } = await newGroup(server, 'a_group_with_a_rather_long_name_for_a_phone');
    const client = await connected(token);
    const { event_id: event } = await rest(server, 'POST', `/api/groups/${id}/test-event`, { preset: 'signal' });
    await client.ask(discussion(event as string));
    const { page, faults, axe } = await open(server, '/groups', { size: PHONE, scheme: 'dark' });
    await page.getByRole('link', { name: /a_group_with/ }).waitFor();
    expect([await overflows(page), await axe()]).toEqual([false, []]);
    await page.getByRole('link', { name: /a_group_with/ }).click();
    await page.locator('[data-speaker="Chart"]').waitFor();
    expect([await overflows(page), await axe()]).toEqual([false, []]);
    await page.getByRole('link', { name: 'Trace' }).click();
    await page.locator('li[data-step="discussion"]').waitFor();
    expect([await overflows(page), await axe()]).toEqual([false, []]);
    expect(faults).toEqual([]);
  });

  test('a server that is killed and comes back: what was discussed meanwhile is there, each once, without a reload', async () => {
    const env = { DATA_DIR: await freshDataDir(), PORT: String(await freePort()) };
    const first = await startServer(env);
    const { group_id: id, token } = await newGroup(first, 'kept_desk');
    const discusses = async (at: TestServer, eventId: string): Promise<void> => {
      const client = await EventClient.group(at.ws, token);
      const { detail, ...log } = discussion(eventId);
      expect(await client.ask({ ...log, detail: { ...detail, event_id: undefined } })).toMatchObject({ ok: true });
      client.close();
    };
    await discusses(first, 'before');
    const { page, faults } = await open(first, `/groups/${id}`, { expected: /ERR_|WebSocket connection/ });
    const said = page.locator('article[data-discussion]');
    await said.waitFor();
    await page.evaluate('window.sameDocument = true');
    await first.kill();
    await page.getByText(/No connection since/).waitFor();
    const unseen = await startServer({ ...env, PORT: '0' }); // where the page does not find it
    await discusses(unseen, 'meanwhile');
    await unseen.kill();
    const second = await startServer(env);
    await page.getByText(/No connection since/).waitFor({ state: 'detached' });
    await discusses(second, 'after');
    await said.nth(2).waitFor();
    expect(await said.locator('header a').evaluateAll((links) => links.map((link) => (link as unknown as { pathname: string }).pathname.split('/').at(-1)))).toEqual(['after', 'meanwhile', 'before']);
    await page.locator('[data-presence="away"]').waitFor();
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    expect(faults).toEqual([]);
  });

  test('a group that there is not, and a correlation id of nothing', async () => {
    const { page, faults } = await open(server, '/groups/nobody', { expected: REFUSALS });
    await page.getByText('There is no such group.').waitFor();
    await page.goto(`${server.url}/groups/trace/nothing`);
    await page.getByText('Nothing has this correlation id.').waitFor();
    expect(faults).toEqual([]);
  });
});
