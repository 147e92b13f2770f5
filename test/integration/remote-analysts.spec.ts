import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AnalystClient } from '../support/analyst-client.js';
import { freshPostgres, type FreshDatabase } from '../support/databases.js';
import { RawClient } from '../support/raw-client.js';
import { RedisServer } from '../support/redis-server.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { until } from '../support/until.js';

describe('remote analysts of a cluster', () => {
  let redis: RedisServer;
  let db: FreshDatabase;
  let door: TestServer;
  let otherDoor: TestServer;
  let worker: TestServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
    db = await freshPostgres({ redisUrl: redis.url });
    const env = { DATABASE_URL: db.options.databaseUrl!, REDIS_URL: redis.url, SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1', ANALYZE_PER_MINUTE: '1000', ANALYSIS_DEADLINE_MS: '60000' };
    // runs are done where no analyst is connected
    [worker, door, otherDoor] = await Promise.all([{ ROLES: 'analyst,market,trading' }, { ROLES: 'gateway' }, { ROLES: 'gateway' }].map((roles) => startServer({ ...env, ...roles }))) as [TestServer, TestServer, TestServer];
  });
  afterAll(async () => {
    await cleanUp();
    await redis.remove();
    await db.drop();
  });

  const newToken = async (name: string): Promise<string> => {
    const answer = await fetch(`${door.url}/api/analyst-tokens`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, owner: 'alice' }) });
    return ((await answer.json()) as { token: string }).token;
  };
  const stateAt = async (node: TestServer, id: string): Promise<string> =>
    ((await (await fetch(`${node.url}/api/analysts`)).json()) as { items: { agent_id: string; state: string }[] }).items.find(({ agent_id: each }) => each === id)!.state;
  const seatedAt = (node: TestServer, id: string, state: string): Promise<unknown> => until(async () => await stateAt(node, id) === state, `${id} is ${state}`);
  const detailsOf = async (symbol: string): Promise<Record<string, { signal: string; reason?: string }>> => {
    const client = await RawClient.open(`${door.ws}/ws/signals`);
    const { data } = await client.ask('analyze', { symbol });
    const signal = await client.find((frame) => frame.type === 'signal_update' && frame.data.run_id === data.run_id);
    client.close();
    return signal.data.agents_consensus.agent_details as never;
  };

  it('an analyst at one node votes in a run that another does', async () => {
    const analyst = await AnalystClient.connect(door.ws, await newToken('Far away'));
    analyst.onRequest = ({ run_id: runId }) => analyst.vote(runId, { signal: 'SELL', confidence: 0.8 });
    await seatedAt(worker, 'far_away', 'seated');
    expect((await detailsOf('AAPL'))['far_away']).toMatchObject({ signal: 'SELL', confidence: 0.8, fault_domain: 'owner:alice' });
    analyst.close();
    await seatedAt(worker, 'far_away', 'away');
    expect(await detailsOf('AAPL')).not.toHaveProperty('far_away');
  });

  it('a token that connects to another node takes its seat over, and revoked it is closed wherever it is', async () => {
    const token = await newToken('Moves');
    const first = await AnalystClient.connect(door.ws, token);
    await seatedAt(worker, 'moves', 'seated');
    const second = await AnalystClient.connect(otherDoor.ws, token);
    expect(await first.end()).toEqual({ code: 1008, reason: 'REPLACED' });
    second.onRequest = ({ run_id: runId }) => second.vote(runId, { signal: 'HOLD', confidence: 0.6 });
    await seatedAt(worker, 'moves', 'seated');
    expect((await detailsOf('NVDA'))['moves']).toMatchObject({ signal: 'HOLD' });
    expect((await fetch(`${door.url}/api/analyst-tokens/moves`, { method: 'DELETE' })).status).toBe(204);
    expect(await second.end()).toEqual({ code: 1008, reason: 'TOKEN_INVALID' });
  });

  it('one whose node dies is out of the vote within seconds', async () => {
    await AnalystClient.connect(otherDoor.ws, await newToken('Dies with it'));
    await seatedAt(worker, 'dies_with_it', 'seated');
    await otherDoor.kill();
    await seatedAt(worker, 'dies_with_it', 'away');
    expect(await detailsOf('MSFT')).not.toHaveProperty('dies_with_it');
  });
});
