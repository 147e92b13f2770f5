import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RawClient } from '../support/raw-client.js';
import { hasAgentSeed, javascriptClient, outputOf, pythonClient } from '../support/seed-agent-clients.js';
import { cleanUp, freshDataDir, startServer, type TestServer } from '../support/server.js';
import { findPython } from '../support/tools.mjs';

const ID = 'deepseek-chat-v3.1';

/** A built server whose agents have cycles of a minute, of a market that goes fast. */
async function startTrading(): Promise<TestServer> {
  const root = await freshDataDir();
  await cp(resolve(import.meta.dirname, '../../config'), join(root, 'config'), { recursive: true });
  const file = join(root, 'config/agents.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/interval_s: \d+/g, 'interval_s: 60'));
  return startServer({ TRADING: 'paper' }, root);
}

describe('the built server trades on paper', () => {
  let server: TestServer;
  beforeAll(async () => { server = await startTrading(); });
  afterAll(cleanUp);

  test('/ws/agents/{id} says status, account and positions at once', async () => {
    const client = await RawClient.open(`${server.ws}/ws/agents/${ID}`);
    await client.find(({ type }) => type === 'position_update');
    expect(client.frames.slice(0, 3).map(({ type }) => type)).toEqual(['agent_status', 'account_update', 'position_update']);
    expect(client.frames[0]!.data).toMatchObject({ agent_id: ID, is_running: expect.any(Boolean), cycle_count: expect.any(Number) });
    client.close();
  });

  test('/ws and REST show the same asset', async () => {
    const { items } = (await (await fetch(`${server.url}/api/assets`)).json()) as { items: { symbol: string }[] };
    expect(items.map(({ symbol }) => symbol)).toContain('BTC/USD');
    const state = (await (await fetch(`${server.url}/api/assets/BTC%2FUSD/dashboard`)).json()) as { asset: string; chart: { labels: string[] } };
    expect(state.asset).toBe('BTC/USD');
    expect(state.chart.labels).toHaveLength(30);
    expect((await fetch(`${server.url}/api/assets/AAPL/dashboard`)).status).toBe(404);
    const board = await RawClient.open(`${server.ws}/ws`);
    board.send({ action: 'subscribe', asset: 'BTC/USD' });
    expect(await board.until(() => board.frames[0])).toMatchObject({ asset: 'BTC/USD', paused: false, interval: 60 });
    board.close();
    expect(await (await fetch(`${server.url}/api/reflections?limit=5`)).json()).toEqual({ items: expect.any(Array), next: null });
  });

  (hasAgentSeed ? test : test.skip)('the clients of the seed run', async () => {
    const host = new URL(server.url).host;
    const javascript = await outputOf(javascriptClient(await freshDataDir(), host), (text) => /^updatePositionsTable .*\n/m.test(text));
    expect(javascript).toMatch(/^updateAccountDisplay \{"total_balance":/m);
    const python = await outputOf(pythonClient((await findPython())!, await freshDataDir(), host), (text) => /Balance: .*\n/.test(text));
    expect(python).toMatch(/Balance: \$[\d.]+/);
  });
});
