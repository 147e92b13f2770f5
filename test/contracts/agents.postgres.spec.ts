import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Decider, wait, type Decided } from '../../src/trading/agents/decider.js';
import { agentConfig, agentWorld, BEGIN, BTC, rising } from '../support/agent-world.js';
import { freshPostgres, type FreshDatabase } from '../support/databases.js';
import { MemoryTrading } from '../support/memory-trading.js';
import { until } from '../support/until.js';

let db: FreshDatabase;
beforeEach(async () => { db = await freshPostgres(); });
afterEach(() => db.drop());

class Silent extends Decider {
  readonly name = 'silent';
  asked = 0;
  decide(): Promise<Decided> {
    this.asked += 1;
    return new Promise(() => undefined);
  }
}
class Broken extends Decider {
  readonly name = 'broken';
  async decide(): Promise<Decided> {
    return { reasoning: 'a\0b', decisions: [wait(BTC, 'a\0b')], error: 'a\0b', stances: {} };
  }
}
const rows = () => db.kysely.selectFrom('agent_cycles').selectAll().orderBy('cycle').execute();

it('cycles are stored, counted and taken over on PostgreSQL as they are on SQLite', async () => {
  const silent = new Silent();
  const one = await agentWorld(db, [agentConfig()], { deciderOf: () => silent });
  void one.run(0, rising(30));
  await until(() => silent.asked === 1, 'the cycle is under way');
  const two = await agentWorld(db, [agentConfig()], { trading: one.trading });
  await two.run(0, rising(40));
  expect((await rows()).map(({ cycle, status, as_of: asOf }) => [cycle, status, (asOf - BEGIN) / 60_000])).toEqual([[1, 'interrupted', 30], [2, 'done', 33], [3, 'done', 36], [4, 'done', 39]]);
  await two.agents.pause('trend', 'so');
  expect(await two.agents.setInterval('trend', 600)).toMatchObject({ paused: true, reason: 'so', intervalS: 600, cycleCount: 4 });
  expect((await two.said('decision')).map(({ cycle }) => cycle as number)).toEqual([1, 2, 3, 4]);
  await two.agents.stop(0);
});

it('two nodes that both believe they trade the account never run one cycle twice', async () => {
  const [a, b] = await Promise.all([1, 2].map(() => agentWorld(db, [agentConfig({ intervalS: 60 })], { trading: new MemoryTrading(), shared: true })));
  await Promise.all([a!.run(0, rising(60)), b!.run(0, rising(60))]);
  const cycles = await rows();
  expect(cycles.map(({ cycle }) => cycle)).toEqual(cycles.map((_row, at) => at + 1));
  expect((await a!.said('decision')).map(({ cycle }) => cycle as number).sort((x, y) => x - y)).toEqual(cycles.map(({ cycle }) => cycle));
  expect((await a!.agents.state('trend')).cycleCount).toBe(cycles.length);
  expect([...a!.errors, ...b!.errors]).toEqual([]);
  await Promise.all([a!.agents.stop(0), b!.agents.stop(0)]);
});

it('what a model or its server says is fit for a database, whatever it is', async () => {
  const one = await agentWorld(db, [agentConfig()], { deciderOf: () => new Broken() });
  await one.run(0, rising(33));
  expect(await rows()).toMatchObject([{ status: 'failed', reasoning: 'broken: a b', error: 'a b' }, { status: 'failed' }]);
  await one.agents.stop(0);
});
