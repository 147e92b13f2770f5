import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { agentConfig, agentWorld, BEGIN, BTC, rising, type AgentWorld } from '../../../test/support/agent-world.js';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { SignalStore } from '../../signals/signal-store.js';
import { AgentInputs } from './agent-inputs.js';
import { Decider, wait, type CycleInputs, type Decided } from './decider.js';

class Watcher extends Decider {
  readonly name = 'watcher';
  readonly seen: CycleInputs[] = [];

  async decide(inputs: CycleInputs): Promise<Decided> {
    this.seen.push(inputs);
    return { reasoning: 'seen', decisions: [wait(BTC, 'seen')], error: null, stances: {} };
  }
}

let db: FreshDatabase;
let watcher: Watcher;
let world: AgentWorld;

beforeEach(async () => {
  db = await freshSqlite();
  watcher = new Watcher();
  world = await agentWorld(db, [agentConfig({ intervalS: 60 })], { deciderOf: () => watcher });
});
afterEach(async () => {
  await world.agents.stop(0);
  await db.drop();
  expect(world.errors).toEqual([]);
});

const minutes = (at: number): number => BEGIN + at * 60_000;
const signal = (id: string, at: number, until: number) => ({
  signal_id: id, run_id: id, symbol: BTC, interval: '1m', action: 'BUY', confidence: 0.8, price: 100, timestamp: minutes(at), valid_until: minutes(until), depth: 'fast', source: 'replay',
  body: JSON.stringify({ agents_consensus: { consensus_strength: 'STRONG' }, metadata: { reasoning: [`reason ${id}`], dissent: [] } }), view: '{}', opinions: '{}', created_at: 0,
} as const);

it('a cycle sees the panel\'s newest signal while it is valid, and none that its time does not know yet', async () => {
  await db.kysely.insertInto('signals').values([signal('old', 20, 31), signal('new', 31, 34), signal('future', 36, 90)]).execute();
  await world.run(0, rising(36));
  expect(watcher.seen.map(({ symbols }) => symbols[0]!.signal?.reasoning[0] ?? null)).toEqual(['reason old', 'reason new', 'reason new', 'reason new', null, null, 'reason future']);
  expect(watcher.seen[0]!.symbols[0]!.signal).toEqual({ action: 'BUY', confidence: 0.8, strength: 'STRONG', price: 100, at: minutes(20), reasoning: ['reason old'], dissent: [] });
});

it('a cycle sees thirty closed candles, the indicators after the last of them, and the account as it is', async () => {
  await world.run(0, rising(40));
  const last = watcher.seen.at(-1)!;
  const [{ candles, indicators, price, interval }] = last.symbols as [CycleInputs['symbols'][number]];
  expect(candles).toHaveLength(30);
  expect([candles.at(-1)!.knownAt, indicators!.time, interval]).toEqual([minutes(40), minutes(39), '1m']);
  expect(price).toBe(candles.at(-1)!.close);
  expect(last.account.totals.equity.toNumber()).toBe(10_000);
});

it('asks the panel where its signal is older than a minute, and goes on with what there is where that fails', async () => {
  const asked: string[] = [];
  const errors: unknown[] = [];
  let fails = false;
  const inputs = new AgentInputs({
    db: db.kysely, market: world.market, signals: new SignalStore(db.kysely, null as never, null as never), onError: (error) => errors.push(error),
    ask: async (symbol, agentId) => {
      asked.push(`${symbol} ${agentId}`);
      if (fails) throw new Error('too many');
      await db.kysely.insertInto('signals').values(signal(`asked ${asked.length}`, 36, 90)).execute();
    },
  });
  await db.kysely.insertInto('signals').values([signal('old', 30, 90)]).execute();
  await world.run(0, rising(36));
  const reason = async (at: number): Promise<string | undefined> => (await inputs.of(agentConfig(), minutes(at))).symbols[0]!.signal?.reasoning[0];
  expect(await reason(30)).toBe('reason old');
  expect(asked).toEqual([]);
  fails = true;
  expect(await reason(35)).toBe('reason old');
  fails = false;
  expect(await reason(36)).toBe('reason asked 2');
  expect(await reason(36)).toBe('reason asked 2');
  expect([asked.length, errors.length]).toEqual([2, 1]);
});
