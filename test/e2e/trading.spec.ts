import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { startAlpacaServer } from '../support/alpaca-server.js';
import { RawClient } from '../support/raw-client.js';
import { cleanUp, freshDataDir, runServer, startServer, type TestServer } from '../support/server.js';
import { until } from '../support/until.js';

const CONFIG = resolve(import.meta.dirname, '../../config');
afterAll(cleanUp);

/** A root with the project's configuration, changed. */
async function rootWith(change: Readonly<Record<string, (text: string) => string>>): Promise<string> {
  const root = await freshDataDir();
  await cp(CONFIG, join(root, 'config'), { recursive: true });
  for (const [name, of] of Object.entries(change)) await writeFile(join(root, 'config', name), of(await readFile(join(root, 'config', name), 'utf8')));
  return root;
}

const get = async <T>(server: TestServer, path: string): Promise<T> => (await (await fetch(server.url + path)).json()) as T;
const post = (server: TestServer, path: string, body: unknown): Promise<Response> =>
  fetch(server.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

interface Listed {
  readonly items: readonly Record<string, unknown>[];
  readonly next: string | null;
}

async function allOf(server: TestServer, path: string): Promise<readonly Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  for (let next: string | null = ''; next !== null;) {
    const page: Listed = await get<Listed>(server, `${path}?limit=500${next ? `&cursor=${next}` : ''}`);
    all.push(...page.items);
    next = page.next;
  }
  return all;
}

/** Minutes of a price that wanders, always the same way, and has its hours of rising and of falling. */
function walk(count: number): string[] {
  let [price, state] = [46_000, 1];
  const random = (): number => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff - 0.5;
  const rows = Array.from({ length: count }, (_, at) => {
    const open = price;
    price = Math.round(price * (1 + random() * 0.002 + 0.0004 * Math.sin(at / 40)));
    return [new Date(Date.UTC(2026, 0, 5) + at * 60_000).toISOString(), open, Math.max(open, price) + 12, Math.min(open, price) - 12, price, 2_000_000 + Math.round(random() * 2_000_000)].join();
  });
  return ['timestamp,open,high,low,close,volume', ...rows];
}

describe('a replayed file', () => {
  test('makes the same orders at any speed, by signals, a strategy and agents; and the books hold', async () => {
    const root = await rootWith({
      'agents.yaml': (text) => text.replace('strategies: []', 'strategies:\n  - {id: crossover, strategy: moving_average_crossover, account: main, symbols: [BTCUSDT], parameters: {short: 5, long: 20, band: 0.001, quantity: 0.05}}'),
    });
    const file = join(root, 'btc.csv');
    await writeFile(file, walk(500).join('\n'));
    const replay = async (speed: string): Promise<readonly unknown[]> => {
      const server = await startServer({ FEED: 'replay', REPLAY_FILES: `BTCUSDT=${file}`, REPLAY_SPEED: speed }, root);
      await until(async () => (await get<{ feed: { ended: boolean } }>(server, '/ws/status')).feed.ended, 'the end of the file', 300_000);
      const orders = await allOf(server, '/api/orders');
      const { items: accounts } = await get<Listed>(server, '/api/accounts');
      for (const account of accounts as unknown as Record<'total_balance' | 'wallet_balance' | 'unrealized_pnl', number>[]) {
        expect(account.total_balance).toBeCloseTo(account.wallet_balance + account.unrealized_pnl, 9);
      }
      expect(await server.stop()).toBe(0);
      // ids come of signals, whose own are new each time; everything else is the same
      return [
        orders.map(({ account_id, symbol, side, quantity, order_type, limit_price, stop_price, role, status, filled_quantity, average_price, timestamp, updated_at }) =>
          [timestamp, account_id, symbol, role, side, quantity, order_type, limit_price, stop_price, status, filled_quantity, average_price, updated_at]).sort(),
        accounts,
      ];
    };
    const first = await replay('0');
    const orders = first[0] as readonly (readonly unknown[])[];
    expect(new Set(orders.map(([, account]) => account))).toEqual(new Set(['main', 'deepseek-chat-v3.1', 'trend-follower']));
    expect(orders.filter(([, , , , , , , , , status]) => status === 'filled').length).toBeGreaterThan(10);
    expect(await replay('0')).toEqual(first);
    expect(await replay('200000')).toEqual(first);
  }, 900_000);
});

describe('brokers', () => {
  test('paper opens no connection to one, whatever keys there are', async () => {
    const alpaca = await startAlpacaServer();
    const server = await startServer({ TRADING: 'paper', ALPACA_API_KEY: 'key', ALPACA_SECRET_KEY: 'secret', ALPACA_BASE_URL: alpaca.url, ALPACA_STREAM_URL: alpaca.streamUrl });
    await post(server, '/api/analyze', { symbol: 'BTC/USD' });
    expect((await get<Listed>(server, '/api/accounts')).items).toMatchObject([{ account_id: 'main', broker: 'paper' }, {}, {}, {}, {}]);
    expect(await server.stop()).toBe(0);
    expect([alpaca.requests.size, alpaca.connections]).toEqual([0, 0]);
    await alpaca.close();
  });

  test('live trading without the second consent is refused at the start', async () => {
    const { code, output } = await runServer({ DATA_DIR: await freshDataDir(), TRADING: 'alpaca-live', ALPACA_API_KEY: 'key', ALPACA_SECRET_KEY: 'secret' });
    expect(code).toBe(78);
    expect(output).toMatch(/I_ACCEPT_LIVE_TRADING=yes/);
  });

  test('a live order waits for a person, goes to Alpaca once agreed to, and its fill comes back over the stream', async () => {
    const alpaca = await startAlpacaServer();
    alpaca.price('BTCUSD', 50_000);
    const root = await rootWith({
      'agents.yaml': (text) => text.replace('strategies: []', "strategies:\n  - {id: eager, strategy: ./eager.mjs, account: main, symbols: [BTC/USD]}"),
    });
    await writeFile(join(root, 'eager.mjs'), `export default class Eager {
      onTick(_tick, { position }) {
        if (this.asked || position) return [];
        this.asked = true;
        return [{ want: { kind: 'open', side: 'long', size: { quantity: '0.02' } }, reason: 'to begin with' }];
      }
    }\n`);
    const server = await startServer({
      TRADING: 'alpaca-live', I_ACCEPT_LIVE_TRADING: 'yes', ALPACA_API_KEY: 'key', ALPACA_SECRET_KEY: 'secret', ALPACA_BASE_URL: alpaca.url, ALPACA_STREAM_URL: alpaca.streamUrl,
    }, root);
    const waiting = await until(async () => (await get<Listed>(server, '/api/approvals?status=waiting')).items[0], 'something that waits');
    expect(waiting).toMatchObject({ account_id: 'main', symbol: 'BTC/USD', needed: 1, given: 0, intent: { side: 'buy', quantity: 0.02 } });
    expect(alpaca.orders).toEqual([]);
    const path = `/api/approvals/${String(waiting['approval_id'])}`;
    const tampered = await post(server, path, { decision: 'approve', hash: '0'.repeat(64) });
    expect([tampered.status, ((await tampered.json()) as { code: string }).code]).toEqual([409, 'HASH_MISMATCH']);
    expect(await (await post(server, path, { decision: 'approve', hash: waiting['hash'] })).json()).toMatchObject({ status: 'done' });
    expect(alpaca.orders).toMatchObject([{ symbol: 'BTC/USD', side: 'buy', qty: '0.02' }]);
    alpaca.price('BTCUSD', 50_010);
    const position = await until(async () => (await get<Listed>(server, '/api/positions?account=main')).items[0], 'the position');
    expect(position).toMatchObject({ symbol: 'BTC/USD', side: 'long', quantity: 0.02, entry_price: 50_010 });
    expect((await get<Listed>(server, '/api/orders?account=main')).items).toMatchObject([{ status: 'filled', filled_quantity: 0.02 }]);
    expect(alpaca.orders).toHaveLength(1);
    expect(await server.stop()).toBe(0);
    await alpaca.close();
  });
});

describe('HALTED by hand', () => {
  test('is said to everyone, to agents too, and only what reduces passes until a person sets it ACTIVE', async () => {
    const server = await startServer({ TRADING: 'paper' });
    const everyone = await RawClient.open(`${server.ws}/ws/signals`);
    const agent = await RawClient.open(`${server.ws}/ws/agents/trend-follower`);
    const halted = await post(server, '/api/trading/state', { state: 'HALTED', reason: 'enough for today' });
    expect([halted.status, ((await halted.json()) as { state: string }).state]).toEqual([200, 'HALTED']);
    await everyone.find(({ type, data }) => type === 'system_alert' && (data as { code: string }).code === 'TRADING_HALTED' && /enough for today/.test((data as { message: string }).message));
    await agent.find(({ type, data }) => type === 'agent_status' && (data as { state: string }).state === 'HALTED' && /enough for today/.test((data as { reason: string }).reason));
    expect((await post(server, '/api/trading/state', { state: 'SLEEPY' })).status).toBe(400);
    expect((await post(server, '/api/trading/state', { state: 'HALTED', account_id: 'nobody' })).status).toBe(404);
    expect(await (await post(server, '/api/trading/state', { state: 'ACTIVE' })).json()).toMatchObject({ state: 'ACTIVE' });
    everyone.close();
    agent.close();
  });
});
