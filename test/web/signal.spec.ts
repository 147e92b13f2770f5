import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { overflows, pagesOf, PHONE } from '../support/browser.js';
import { startChatServer, type ChatServer } from '../support/chat-server.mjs';
import { RawClient } from '../support/raw-client.js';
import { freshDataDir, startServer, type TestServer } from '../support/server.js';
import { until } from '../support/until.js';

let server: TestServer;
let chat: ChatServer;
const open = pagesOf();
beforeAll(async () => {
  chat = await startChatServer(() => ({ opinion: { reasoning: ['The chart speaks for it.'] } }));
  server = await startServer({ OPENAI_BASE_URL: chat.url, OPENAI_MODEL: 'gpt-5-mini', ANALYZE_PER_MINUTE: '100', TRADING: 'paper' });
});
afterAll(async () => {
  await chat.close();
});

interface Explained {
  readonly margin: number;
  readonly verdict: { readonly action: string };
  readonly flip: { readonly changes: readonly unknown[] };
  readonly without_analyst: readonly { readonly agent_id: string; readonly changes: boolean; readonly verdict: { readonly kind: string; readonly action?: string } }[];
}
const get = async <T>(path: string): Promise<T> => (await fetch(server.url + path)).json() as Promise<T>;
/** The id of a new signal. */
async function analyzed(symbol: string, at = server): Promise<string> {
  const client = await RawClient.open(`${at.ws}/ws/signals`);
  const { data } = await client.ask('analyze', { symbol });
  const signal = await client.find((frame) => frame.type === 'signal_update' && frame.data.run_id === data.run_id);
  client.close();
  return signal.data.signal_id as string;
}

describe('a signal', () => {
  test('is explained: margin, smallest flip, and the verdict without each analyst', async () => {
    const id = await analyzed('AAPL');
    const why = await get<Explained>(`/api/signals/${id}/explain`);
    const { page, faults, axe } = await open(server, `/signals/${id}`);
    const section = page.getByRole('region', { name: `Why ${why.verdict.action}` });
    await section.getByText('reckoned again from the stored votes: the same').waitFor();
    await section.getByRole('img', { name: /the quorum is 70%/ }).waitFor();
    if (why.margin >= 0) await section.getByText(`+${(why.margin * 100).toFixed(1)} points`).waitFor();
    const changes = why.flip.changes.length;
    if (changes > 0) await section.getByText(changes === 1 ? '1 vote' : `${changes} votes`, { exact: true }).waitFor();
    for (const { agent_id: agent, verdict: { kind, action } } of why.without_analyst) {
      await page.locator(`tr[data-vote="${agent}"]`).getByText(kind === 'decided' ? new RegExp(`${action} \\d+%`) : 'too few voters').waitFor();
    }
    expect(await page.locator('tr[data-vote]').getByText('decisive').count()).toBe(why.without_analyst.filter((each) => each.changes && each.verdict.kind === 'decided').length);
    await page.getByText('SIMULATED').nth(1).waitFor();
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('shows reasons, inputs, and what its models were asked and said, with the cost', async () => {
    const id = await analyzed('NVDA');
    const { opinions, costs } = await get<{ opinions: { agent_id: string; reasoning: string[] }[]; costs: { calls: number; total_tokens: number } }>(`/api/signals/${id}`);
    const { page, faults, axe } = await open(server, `/signals/${id}`, { scheme: 'dark' });
    const trend = page.locator('tr[data-vote="trend"]');
    await trend.getByRole('button').click();
    await page.getByText(opinions.find(({ agent_id: agent }) => agent === 'trend')!.reasoning[0]!, { exact: true }).waitFor();
    await page.getByRole('region', { name: 'Inputs' }).getByText('RSI 14').waitFor();
    const calls = page.locator('li[data-call]');
    await calls.first().waitFor();
    expect(await calls.count()).toBe(costs.calls);
    expect(costs.calls).toBeGreaterThan(0);
    await calls.first().getByRole('button').click();
    await calls.first().getByText('The chart speaks for it.').waitFor();
    await calls.first().locator('summary', { hasText: 'Question' }).click();
    await calls.first().getByRole('region', { name: 'Question' }).getByText(/Symbol NVDA/).waitFor();
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('says what was traded on it, or that nothing was; a phone has room for all', async () => {
    const id = await analyzed('TSLA');
    const { decisions } = await get<{ decisions: unknown[] }>(`/api/trace/${id}`);
    const { page, faults, axe } = await open(server, `/signals/${id}`, { size: PHONE, scheme: 'dark' });
    const came = page.getByRole('region', { name: 'What came of it' });
    await (decisions.length === 0 ? came.getByText('Nothing was traded on it.') : came.getByText(/decision/).first()).waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByRole('button', { name: 'Link copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${server.url}/signals/${id}`);
    expect(await overflows(page)).toBe(false);
    expect(await axe()).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('that there is not says so', async () => {
    const { page, faults } = await open(server, '/signals/01a1fe02-e4c4-72e4-8569-52b55f0310ec', { expected: /404/ });
    await page.getByText('There is no such signal.').waitFor();
    expect(faults).toEqual([]);
  });

  test('turns from pending to its outcome while one looks', async () => {
    const folder = await freshDataDir();
    const file = join(folder, 'BTCUSDT.csv');
    const rows = Array.from({ length: 4000 }, (_, at) => {
      const price = 100 + at * 0.01 + Math.sin(at / 9);
      return [new Date(Date.parse('2026-01-05T00:00:00Z') + at * 60_000).toISOString(), price, price + 0.2, price - 0.2, price + 0.05, 10 + (at % 7)].join(',');
    });
    writeFileSync(file, `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`);
    const replay = await startServer({ FEED: 'replay', REPLAY_FILES: `BTCUSDT=${file}`, REPLAY_SPEED: '150', TRADING: 'off' });
    const newest = async (): Promise<{ signal_id: string } | undefined> => ((await (await fetch(`${replay.url}/api/signals?limit=1`)).json()) as { items: { signal_id: string }[] }).items[0];
    const { signal_id: id } = await until(newest, 'a signal'); // pending for 24 s
    const { page, faults } = await open(replay, `/signals/${id}`);
    const outcome = page.getByRole('region', { name: 'Outcome' });
    await outcome.getByText(/pending/).waitFor();
    await outcome.getByText(/right|wrong/).waitFor();
    await outcome.getByText(/UP|DOWN|FLAT/).waitFor();
    expect(faults).toEqual([]);
    await replay.kill();
  });
});
