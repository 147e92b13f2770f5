import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { agentEdges } from '../../../test/support/agent-edges.js';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { agentConfig, HandTrading } from '../../../test/support/hand-trading.js';
import { MemoryExchange } from '../../../test/support/memory-channels.js';
import { RawClient, type Frame } from '../../../test/support/raw-client.js';
import { JoinedBus } from '../../../test/support/room-node.js';
import { token } from '../../../test/support/tokens.js';

const AGENTS = [agentConfig('a1', ['BTCUSDT']), agentConfig('a2', ['BTCUSDT'])];
type Edges = Awaited<ReturnType<typeof agentEdges>>;

let db: FreshDatabase;
let trading: HandTrading;
let edges: Edges;
const clients: RawClient[] = [];
const open = async (path: string, at = edges): Promise<RawClient> => {
  const client = await RawClient.open(at.url + path);
  clients.push(client);
  return client;
};
const of = (client: RawClient, type: string): Frame[] => client.frames.filter((frame) => frame.type === type);

beforeEach(async () => {
  db = await freshSqlite();
  trading = new HandTrading(['a1', 'a2']);
  edges = await agentEdges({ db, agents: AGENTS, trading });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await edges.stop();
  expect(edges.faults).toEqual([]);
  await db.drop();
});

const say = (edge: Edges, type: string, id: string, data: unknown) => edge.writer.say({ messages: [{ room: 'agent:a1', messageId: id, type, body: JSON.stringify(data) }] });

describe('/ws/agents/{agent_id}', () => {
  test('status, account and positions come at once, in that order', async () => {
    await trading.fill('a1', 'BTCUSDT', 'buy', 0.1, 68_000, { fee: 3.4 });
    await trading.mark('a1', 'BTCUSDT', 68_500);
    const client = await open('/ws/agents/a1');
    await client.until(() => client.frames.length >= 3);
    expect(client.frames.slice(0, 3).map(({ type }) => type)).toEqual(['agent_status', 'account_update', 'position_update']);
    const [status, account, positions] = client.frames;
    expect(status!.data).toMatchObject({ agent_id: 'a1', is_running: true, cycle_count: 0, last_decision_time: null });
    expect(account!.data.total_balance).toBe(10_046.6);
    expect(account!.data.available_balance).toBe(9366.6);
    expect(account!.data.unrealized_pnl).toBe(50);
    expect(account!.data.used_percentage).toBeCloseTo(6.768, 3);
    expect(positions!.data).toEqual([{
      symbol: 'BTCUSDT', side: 'long', position_amt: 0.1, entry_price: 68_000, mark_price: 68_500, unrealized_profit: 50, pnl_percentage: expect.closeTo(0.7353, 4), leverage: 10,
    }]);
  });

  test('what is logged follows in order, and who comes back with ?since= gets what was missed', async () => {
    const client = await open('/ws/agents/a1');
    await client.find(({ type }) => type === 'position_update');
    await say(edges, 'decision', 'd1', { cycle: 1 });
    await say(edges, 'trade_executed', 't1', { order_id: 'o1' });
    await say(edges, 'agent_status', 's1', { agent_id: 'a1', is_running: true, cycle_count: 1, last_decision_time: null });
    await client.find(({ type, data }) => type === 'agent_status' && data.cycle_count === 1);
    const logged = client.logged('agent:a1');
    expect(logged.map(({ type }) => type)).toEqual(['decision', 'trade_executed', 'agent_status']);
    client.close();
    await say(edges, 'decision', 'd2', { cycle: 2 });
    const since = encodeURIComponent(JSON.stringify({ 'agent:a1': { epoch: logged[0]!.epoch, offset: logged[1]!.offset } }));
    const back = await open(`/ws/agents/a1?since=${since}`);
    await back.find(({ type }) => type === 'position_update');
    expect(back.frames.map(({ type, snapshot }) => (snapshot ? `(${type})` : type))).toEqual(['agent_status', 'decision', '(agent_status)', '(account_update)', '(position_update)']);
    expect(back.frames[2]!.data.cycle_count).toBe(1);
  });

  test('of a hundred changes a client gets the latest, at most once a second, and none of another agent', async () => {
    const began = performance.now();
    const client = await open('/ws/agents/a1');
    await client.find(({ type }) => type === 'position_update');
    for (let at = 1; at <= 100; at += 1) await trading.fill('a1', 'BTCUSDT', 'buy', 0.001, 60_000, { fee: 1 });
    await trading.fill('a2', 'BTCUSDT', 'buy', 1, 60_000);
    await client.until(() => of(client, 'account_update').at(-1)!.data.total_balance === 9900);
    const took = performance.now() - began;
    expect(of(client, 'account_update').length - 1).toBeLessThanOrEqual((took + 20) / 1000); // the first is the state as it was
    expect(of(client, 'position_update').at(-1)!.data).toEqual([expect.objectContaining({ position_amt: 0.1 })]);
    expect(of(client, 'account_update').at(-1)!.offset).toBeUndefined();
  });

  test('ping gets pong, another frame a typed error', async () => {
    const client = await open('/ws/agents/a1');
    client.send({ type: 'ping' });
    client.send({ type: 'subscribe', symbol: 'BTCUSDT' });
    client.send('no json');
    await client.until(() => of(client, 'error').length === 2);
    expect(of(client, 'pong')).toHaveLength(1);
    expect(of(client, 'error').map(({ data }) => data.code)).toEqual(['UNKNOWN_TYPE', 'BAD_JSON']);
  });

  test('an unknown agent ends with 4404 and the list of those that there are', async () => {
    const client = await open('/ws/agents/nobody');
    expect(await client.end()).toEqual({ code: 4404, reason: 'NOT_FOUND' });
    expect(client.frames[0]!.data.message).toContain('a1, a2');
  });

  test('members of agent:{id} on /ws/signals get the same', async () => {
    const client = await open('/ws/signals');
    expect((await client.ask('subscribe', { room: 'agent:nobody' })).data.code).toBe('NOT_FOUND');
    expect((await client.ask('subscribe', { room: 'agent:a1', types: ['position_update', 'decision'] })).ok).toBe(true);
    await client.find(({ type, snapshot }) => type === 'position_update' && snapshot === true);
    await say(edges, 'decision', 'd1', { cycle: 1 });
    await trading.fill('a1', 'BTCUSDT', 'sell', 0.5, 60_000);
    await client.find(({ type, data }) => type === 'position_update' && data[0]?.side === 'short');
    expect(of(client, 'decision')).toHaveLength(1);
    expect(of(client, 'account_update')).toEqual([]);
  });
});

test('where a token is needed, it comes by ?token= and must let read', async () => {
  await edges.stop();
  edges = await agentEdges({ db, agents: AGENTS, trading, authRequired: true });
  expect(await (await open('/ws/agents/a1')).end()).toEqual({ code: 4401, reason: 'UNAUTHENTICATED' });
  expect(await (await open(`/ws/agents/a1?token=${await token({ scope: 'approve' })}`)).end()).toEqual({ code: 4403, reason: 'FORBIDDEN' });
  const client = await open(`/ws/agents/a1?token=${await token({ scope: 'read' })}`);
  await client.find(({ type }) => type === 'position_update');
});

test('on a node that does not trade the account, what the other node says is told', async () => {
  await edges.stop();
  const exchange = new MemoryExchange();
  const [here, there] = JoinedBus.nodes(2);
  edges = await agentEdges({ db, agents: AGENTS, trading, bus: here!, channels: exchange.join() });
  await trading.fill('a1', 'BTCUSDT', 'buy', 1, 60_000);
  const other = await agentEdges({ db, agents: AGENTS, trading: new HandTrading(['a1', 'a2'], []), bus: there!, channels: exchange.join() });
  try {
    const client = await open('/ws/agents/a1', other);
    await client.find(({ type, data }) => type === 'position_update' && data[0]?.position_amt === 1);
    await trading.mark('a1', 'BTCUSDT', 61_000);
    await client.find(({ type, data }) => type === 'account_update' && data.total_balance === 11_000);
    expect(other.faults).toEqual([]);
  } finally {
    await other.stop();
  }
});
