import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from '../support/cluster.js';
import { RawClient } from '../support/raw-client.js';
import type { TestServer } from '../support/server.js';
import { until } from '../support/until.js';

const get = async <T>(node: TestServer, path: string): Promise<T> => (await (await fetch(node.url + path)).json()) as T;
interface Listed {
  readonly items: readonly Record<string, unknown>[];
}

describe('trading on two nodes', () => {
  let cluster: Cluster;
  beforeAll(async () => { cluster = await Cluster.start(2, { SYMBOLS: 'BTCUSDT,ETHUSDT,BTC/USD,SOL/USD' }); });
  afterAll(() => cluster.remove());

  const traders = (): TestServer[] => cluster.nodes.filter((node) => node.process.exitCode === null && /This node trades"/.test(node.output()));
  const balances = async (node: TestServer): Promise<unknown> => (await get<Listed>(node, '/api/orders')).items.map(({ order_id: id, status }) => [id, status]);

  it('one of them trades; both show the same orders, and either can halt it', async () => {
    await until(() => traders().length === 1, 'one that trades');
    const [trader] = traders() as [TestServer];
    const other = cluster.nodes.find((node) => node !== trader)!;
    await until(async () => (await get<Listed>(other, '/api/positions')).items.length > 0, 'a position of an agent, seen from the other node');
    await until(async () => JSON.stringify(await balances(other)) === JSON.stringify(await balances(trader)), 'the same orders on both');
    const client = await RawClient.open(`${trader.ws}/ws/signals`);
    await client.ask('get_status'); // answered once it is in the room `system`
    const answer = await fetch(`${other.url}/api/trading/state`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ state: 'HALTED', reason: 'from afar' }) });
    expect(answer.status).toBe(200);
    await client.find(({ type, data }) => type === 'system_alert' && (data as { code: string }).code === 'TRADING_HALTED');
    await until(async () => (await get<{ state: string }>(trader, '/api/trading/state')).state === 'HALTED', 'the trader knows');
    expect((await get<{ state: string }>(other, '/api/trading/state')).state).toBe('HALTED');
    await fetch(`${other.url}/api/trading/state`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ state: 'ACTIVE' }) });
    await until(async () => (await get<{ state: string }>(trader, '/api/trading/state')).state === 'ACTIVE', 'it goes on');
    client.close();
  });

  it('an account that is made on the node that does not trade is open on the one that does within a second', async () => {
    const [trader] = traders() as [TestServer];
    const other = cluster.nodes.find((node) => node !== trader)!;
    const body = { account_id: 'made-elsewhere', mode: 'perpetual', currency: 'USDT', balance: 2500, max_leverage: 5 };
    const made = await fetch(`${other.url}/api/accounts`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    expect(made.status).toBe(201);
    expect(await made.json()).toMatchObject({ account_id: 'made-elsewhere', broker: 'paper', initial_balance: 2500 });
    const since = performance.now();
    const books = cluster.db.kysely.selectFrom('accounts').select('account_id').where('account_id', '=', 'made-elsewhere'); // its desk writes them
    await until(async () => (await books.execute()).length === 1, 'it is open');
    expect(performance.now() - since).toBeLessThan(5000); // looked for each second; the rest is a busy machine's
    expect((await get<Listed>(trader, '/api/accounts')).items).toContainEqual(expect.objectContaining({ account_id: 'made-elsewhere', total_balance: 2500 }));
  });

  it('the other takes over positions and agents where the one that trades is killed', async () => {
    const [trader] = traders() as [TestServer];
    const other = cluster.nodes.find((node) => node !== trader)!;
    const before = (await get<Listed>(other, '/api/positions')).items.map(({ account_id: account, symbol, quantity }) => [account, symbol, quantity]);
    expect(before.length).toBeGreaterThan(0);
    await trader.kill();
    await until(() => traders().includes(other), 'the other trades');
    const positions = await until(async () => {
      const { items } = await get<Listed>(other, '/api/positions');
      return items.length > 0 ? items : null;
    }, 'the positions');
    const held = positions.map(({ account_id: account, symbol }) => `${String(account)} ${String(symbol)}`);
    for (const [account, symbol] of before) if (!held.includes(`${String(account)} ${String(symbol)}`)) expect((await get<Listed>(other, `/api/orders?account=${String(account)}&symbol=${encodeURIComponent(String(symbol))}`)).items.some(({ role }) => role !== 'entry')).toBe(true);
    const { accounts } = await get<{ accounts: Record<string, unknown>[] }>(other, '/api/trading/state');
    expect(accounts.filter(({ state }) => state !== 'ACTIVE')).toEqual([]); // nothing differs between the books
    expect(other.output()).not.toMatch(/does not agree with its broker/);
  });
});
