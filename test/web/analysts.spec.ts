import { beforeAll, describe, expect, test } from '@jest/globals';
import { AnalystClient } from '../support/analyst-client.js';
import { overflows, pagesOf, PHONE } from '../support/browser.js';
import { RawClient } from '../support/raw-client.js';
import { startServer, type TestServer } from '../support/server.js';
import { SECRET, token } from '../support/tokens.js';

let server: TestServer;
const open = pagesOf();
beforeAll(async () => {
  server = await startServer({ ANALYZE_PER_MINUTE: '100', TRADING: 'off', SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '0.9' });
});

interface Seat {
  readonly agent_id: string;
  readonly state: string;
  readonly why?: string;
  readonly statistics?: { readonly asked: number; readonly votes: Readonly<Record<string, number>> };
}
const seats = async (): Promise<readonly Seat[]> => ((await (await fetch(`${server.url}/api/analysts`)).json()) as { items: Seat[] }).items;

describe('the analysts', () => {
  test('a remote one takes its seat and leaves it while one looks', async () => {
    const { page, faults, axe } = await open(server, '/analysts');
    await page.locator('tr[data-seat="trend"]').waitFor();
    const made = await fetch(`${server.url}/api/analyst-tokens`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: 'Desk Two', owner: 'alice' }) });
    const { token: secret } = (await made.json()) as { token: string };
    const analyst = await AnalystClient.connect(server.ws, secret);
    const row = page.locator('tr[data-seat="desk_two"]');
    await row.getByText('seated').waitFor();
    await row.getByText('owner:alice').waitFor();
    analyst.close();
    await row.getByText('away').waitFor();
    await (await AnalystClient.connect(server.ws, secret)).until(() => true);
    await row.getByText('seated').waitFor();
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('votes are counted as runs end, without asking by time', async () => {
    const { page, faults } = await open(server, '/analysts');
    const trend = page.locator('tr[data-seat="trend"]');
    await trend.waitFor();
    const before = (await seats()).find(({ agent_id: id }) => id === 'trend')!.statistics!.asked;
    const client = await RawClient.open(`${server.ws}/ws/signals`);
    for (const symbol of ['AAPL', 'NVDA', 'SPY']) {
      const { data } = await client.ask('analyze', { symbol });
      await client.find((frame) => frame.type === 'signal_update' && frame.data.run_id === data.run_id);
    }
    client.close();
    const { asked, votes } = (await seats()).find(({ agent_id: id }) => id === 'trend')!.statistics!;
    expect(asked).toBeGreaterThanOrEqual(before + 3);
    await trend.getByRole('img', { name: `${votes['BUY']} BUY, ${votes['SELL']} SELL, ${votes['HOLD']} HOLD` }).waitFor();
    await trend.getByRole('button').click();
    await page.getByText('Abstained because').waitFor();
    await page.getByText('not measured yet', { exact: true }).waitFor();
    expect(faults).toEqual([]);
  });

  test('empty seats say why; dark, on a phone', async () => {
    const { page, faults, axe } = await open(server, '/analysts', { size: PHONE, scheme: 'dark' });
    const empty = (await seats()).filter(({ state }) => state === 'empty');
    expect(empty.length).toBeGreaterThan(0);
    for (const { agent_id: id, why } of empty) await page.locator(`li[data-seat="${id}"]`).getByText(why!).waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('who may but read hears of votes, and of remote analysts that come and go', async () => {
    const guarded = await startServer({ AUTH_REQUIRED: 'true', AUTH_JWT_SECRET: SECRET, ANALYZE_PER_MINUTE: '100', TRADING: 'off', SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '0.9' });
    const { page, faults } = await open(guarded, '/analysts', { expected: /401/ });
    await page.getByLabel('Token').fill(await token({ scope: 'read' }));
    await page.getByRole('button', { name: 'Sign in' }).click();
    const trend = page.locator('tr[data-seat="trend"]');
    await trend.getByText('not asked yet').waitFor();
    const asked = await fetch(`${guarded.url}/api/analyze`, { method: 'POST', headers: { 'content-type': 'application/json', Authorization: `Bearer ${await token({ scope: 'analyze' })}` }, body: JSON.stringify({ symbol: 'AAPL' }) });
    expect(asked.status).toBe(202);
    await trend.getByRole('img', { name: /BUY, .* abstained/ }).waitFor();
    const admin = { 'content-type': 'application/json', Authorization: `Bearer ${await token({ subject: 'root', scope: 'read admin' })}` };
    const made = await fetch(`${guarded.url}/api/analyst-tokens`, { method: 'POST', headers: admin, body: JSON.stringify({ name: 'Desk Three', owner: 'alice' }) });
    const analyst = await AnalystClient.connect(guarded.ws, ((await made.json()) as { token: string }).token);
    const row = page.locator('tr[data-seat="desk_three"]');
    await row.getByText('seated').waitFor();
    analyst.close();
    await row.getByText('away').waitFor();
    expect(faults).toEqual([]);
    await guarded.kill();
  });
});
