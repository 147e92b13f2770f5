import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { agentConfig, agentWorld, BEGIN, BTC, falling, rising, type AgentWorld } from '../../../test/support/agent-world.js';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { MemoryTrading } from '../../../test/support/memory-trading.js';
import { until } from '../../../test/support/until.js';
import { Decider, wait, type AgentDecision, type CycleInputs, type Decided } from './decider.js';

const MINUTE = 60_000;
let db: FreshDatabase;
let worlds: AgentWorld[];

beforeEach(async () => {
  db = await freshSqlite();
  worlds = [];
});
afterEach(async () => {
  for (const { agents } of worlds) await agents.stop(0);
  await db.drop();
  for (const { errors } of worlds) expect(errors).toEqual([]);
});

const world = async (...args: Parameters<typeof agentWorld> extends [unknown, ...infer Rest] ? Rest : never): Promise<AgentWorld> => {
  const made = await agentWorld(db, ...args);
  worlds.push(made);
  return made;
};
const rows = () => db.kysely.selectFrom('agent_cycles').selectAll().orderBy('cycle').execute();

/** Says what a spec wants it to. */
class Scripted extends Decider {
  readonly name = 'script';
  seen: CycleInputs[] = [];
  constructor(readonly say: (inputs: CycleInputs) => Partial<AgentDecision> | Promise<Partial<AgentDecision>>) {
    super();
  }

  async decide(inputs: CycleInputs): Promise<Decided> {
    this.seen.push(inputs);
    const decision = { ...wait(BTC, 'as the script says'), ...await this.say(inputs) };
    return { reasoning: decision.reason, decisions: [decision], error: null, stances: {} };
  }
}
const open = { action: 'open_long', share: 0.1, leverage: 50, confidence: 0.8, stop: 50, target: 500 } as const;

describe('cycles by market time', () => {
  it('begin once thirty candles are there, and come at the interval', async () => {
    const { run, agents } = await world();
    await run(0, rising(60));
    expect((await rows()).map(({ cycle, as_of: asOf, status }) => [cycle, (asOf - BEGIN) / MINUTE, status])).toEqual(Array.from({ length: 11 }, (_, at) => [at + 1, 30 + at * 3, 'done']));
    expect(await agents.state('trend')).toMatchObject({ cycleCount: 11, lastDecisionAt: BEGIN + 60 * MINUTE, paused: false, error: null, decidedBy: 'rules' });
  });

  it('open with a rising market and close when it falls, once each, with stop and target', async () => {
    const { run, said, trading } = await world();
    await run(0, rising(70));
    const [opened] = trading.proposals;
    expect(trading.proposals).toHaveLength(1);
    expect(opened).toMatchObject({ key: expect.stringMatching(/^agent:trend:\d+:BTCUSDT$/), origin: 'agent', originId: 'trend', want: { kind: 'open', side: 'long', size: { kind: 'policy' } }, leverage: 3 });
    const [price, { target, stop }] = [opened!.price!, opened!.exits!];
    expect([stop!.lt(price), target!.gt(price)]).toEqual([true, true]);
    expect(target!.minus(price).div(price.minus(stop!)).toNumber()).toBeCloseTo(2.5 / 1.5, 1);
    await run(70, falling(60, 135));
    expect(trading.proposals.map(({ want }) => want)).toMatchObject([{ side: 'long' }, { kind: 'close' }, { kind: 'open', side: 'short' }]);
    expect(await said('trade_executed')).toMatchObject([
      { symbol: BTC, side: 'long', status: 'filled', leverage: 3 }, { symbol: BTC, side: 'long', reducing: true }, { symbol: BTC, side: 'short', reducing: false },
    ]);
  });

  it('say decision, trade and status, the decision with the row in the words of the seed', async () => {
    const { run, said } = await world();
    await run(0, rising(31));
    const [started, ...rest] = await said();
    expect(started).toMatchObject({ type: 'agent_status', agent_id: 'trend', is_running: true, cycle_count: 0, last_decision_time: null });
    expect(rest.map(({ type }) => type)).toEqual(['trade_executed', 'decision', 'agent_status']);
    const asOf = new Date(BEGIN + 30 * MINUTE).toISOString();
    expect(rest[1]).toMatchObject({
      cycle: 1, agent_id: 'trend', ai_reasoning: expect.stringMatching(/^rules: BTCUSDT open_long: EMA12 .* above EMA26/),
      decisions: [{ action: 'open_long', symbol: BTC, quantity: expect.any(Number), leverage: 3, reason: expect.any(String), status: 'filled', order_id: 'order-1' }],
    });
    expect(rest[1]!['decisions'][0].quantity).toBeGreaterThan(0);
    expect(rest[2]).toMatchObject({ cycle_count: 1, last_decision_time: asOf, is_running: true });
    const [row] = await rows();
    expect(JSON.parse(row!.decisions)).toEqual(rest[1]!['decisions']);
    expect(row!.reasoning).toBe(rest[1]!['ai_reasoning']);
  });

  it('of the same candles are the same twice, also through a restart', async () => {
    const closes = [...rising(70), ...falling(80, 135), ...rising(50, 70)];
    const told = async (cuts: readonly number[]): Promise<unknown> => {
      const fresh = await freshSqlite();
      const trading = new MemoryTrading();
      let said: readonly unknown[] = [];
      for (const [at, end] of [...cuts, closes.length].entries()) {
        const from = cuts[at - 1] ?? 0;
        const one = await agentWorld(fresh, [agentConfig()], { trading });
        const before = closes.slice(0, from); // a new process knows the past from its feed
        one.trading.elsewhere.add('trend');
        if (before.length > 0) await one.run(0, before);
        one.trading.elsewhere.clear();
        await one.run(from, closes.slice(from, end));
        await one.agents.stop(0);
        trading.listeners.length = 0;
        said = (await one.said()).filter(({ type }) => type !== 'agent_status');
        expect(one.errors).toEqual([]);
      }
      await fresh.drop();
      return said;
    };
    const once = await told([]);
    expect(once).toEqual(await told([]));
    expect((once as unknown[]).length).toBeGreaterThan(50);
    expect(await told([91, 140])).toEqual(once);
  });

  it('do not enter again what a stop has ended while nothing else has changed, also after a restart', async () => {
    const one = await world();
    await one.run(0, rising(31));
    const { book } = one.trading.accountsById.get('trend')!;
    const held = book.position(BTC)!;
    book.apply({ executionId: 'stop', clientOrderId: 'stop', symbol: BTC, leg: 'net', side: 'sell', quantity: held.quantity, price: held.entryPrice, fee: held.fees, leverage: 3, at: 0, liquidation: false });
    await one.run(31, rising(14, 116));
    expect(JSON.parse((await rows()).at(-1)!.decisions)).toMatchObject([{ action: 'wait', reason: expect.stringMatching(/was traded then/) }]);
    await one.agents.stop(0);
    const again = await world([agentConfig()], { trading: one.trading });
    await again.run(0, rising(60));
    expect((await rows()).length).toBeGreaterThan(6);
    expect(one.trading.proposals).toHaveLength(1);
  });

  it('never overlap: time that comes meanwhile waits for the one under way', async () => {
    let go!: () => void;
    const script = new Scripted(() => new Promise((resolve) => { go = () => resolve(open); }));
    const { run, agents, trading } = await world([agentConfig()], { deciderOf: () => script });
    const running = run(0, rising(30));
    await until(() => script.seen.length === 1, 'the cycle is under way');
    const later = [4, 8, 12].map((minutes) => agents.onTime(BEGIN + (30 + minutes) * MINUTE));
    go();
    await Promise.all([running, ...later]);
    expect(script.seen).toHaveLength(1);
    expect(trading.proposals).toHaveLength(1);
  });

  it('are not run by a node that does not trade the account', async () => {
    const trading = new MemoryTrading();
    trading.open('trend');
    trading.elsewhere.add('trend');
    const { run, said } = await world([agentConfig()], { trading });
    await run(0, rising(60));
    expect(await rows()).toEqual([]);
    expect(await said()).toEqual([]);
  });

  it('of several agents go side by side, each on its own account', async () => {
    const { run, trading } = await world([agentConfig(), agentConfig({ id: 'other', intervalS: 600 })]);
    await run(0, rising(60));
    expect(new Set(trading.proposals.map(({ accountId }) => accountId))).toEqual(new Set(['trend', 'other']));
    expect((await rows()).filter(({ agent_id: id }) => id === 'other')).toHaveLength(4);
  });
});

describe('who is in charge of an agent', () => {
  it('pauses and resumes it, changes its interval, and each is stored and said', async () => {
    const one = await world();
    await one.run(0, rising(30));
    await one.agents.pause('trend', 'too wild');
    await one.run(30, rising(10, 115));
    expect(await rows()).toHaveLength(1);
    expect((await one.said('agent_status')).at(-1)).toMatchObject({ is_running: false, paused: true, reason: 'too wild' });
    await one.agents.setInterval('trend', 60);
    await one.agents.stop(0);
    const again = await world([agentConfig()], { trading: one.trading });
    expect(await again.agents.state('trend')).toMatchObject({ paused: true, reason: 'too wild', intervalS: 60, cycleCount: 1 });
    await again.run(0, rising(45));
    expect(await rows()).toHaveLength(1);
    await again.agents.resume('trend');
    await again.run(45, rising(5, 122));
    expect((await rows()).map(({ as_of: asOf }) => (asOf - BEGIN) / MINUTE)).toEqual([30, 46, 47, 48, 49, 50]);
  });

  it.each([59, 3601, 90.5, Number.NaN])('is refused an interval of %p', async (seconds) => {
    const { agents } = await world();
    await expect(agents.setInterval('trend', seconds)).rejects.toMatchObject({ code: 'VALIDATION_ERROR', details: [{ path: 'interval_s' }] });
    expect(await agents.state('trend')).toMatchObject({ intervalS: 180 });
  });

  it('is told which agents there are', async () => {
    const { agents } = await world();
    await expect(agents.pause('nobody')).rejects.toThrow();
    expect(() => agents.config('nobody')).toThrow(/trend/);
  });

  it('reaches a cycle under way: nothing is proposed any more', async () => {
    const script = new Scripted(async () => { await one.agents.pause('trend'); return open; });
    const one = await world([agentConfig()], { deciderOf: () => script });
    await one.run(0, rising(30));
    expect(one.trading.proposals).toEqual([]);
    expect(JSON.parse((await rows())[0]!.decisions)).toMatchObject([{ action: 'wait', reason: expect.stringMatching(/paused while it was decided \(wanted open_long/) }]);
  });

  it('on another node is obeyed within a second of market time', async () => {
    const trading = new MemoryTrading();
    trading.open('trend');
    const here = await world([agentConfig()], { trading, shared: true });
    const there = new MemoryTrading();
    there.open('trend');
    there.elsewhere.add('trend');
    const other = await world([agentConfig()], { trading: there, shared: true });
    await here.run(0, rising(31));
    await other.agents.pause('trend');
    await here.run(31, rising(9, 116));
    expect(await rows()).toHaveLength(1);
    await other.agents.resume('trend');
    await other.agents.setInterval('trend', 60);
    await here.run(40, rising(3, 121));
    expect(await rows()).toHaveLength(4);
    expect(await other.agents.state('trend')).toMatchObject({ cycleCount: 4 });
  });
});

describe('an account that may not add exposure', () => {
  it('is still run, only to reduce, and says why', async () => {
    const { run, trading, said } = await world();
    await run(0, rising(31));
    expect(trading.proposals).toHaveLength(1);
    await trading.restrict('trend', { state: 'HALTED', code: 'MAX_DAILY_LOSS', reason: 'lost 6 % since 00:00Z' });
    expect((await said('agent_status')).at(-1)).toMatchObject({ is_running: true, state: 'HALTED', reason: 'The account is HALTED (MAX_DAILY_LOSS): lost 6 % since 00:00Z' });
    await run(31, falling(60, 115));
    expect(trading.proposals.map(({ want: { kind } }) => kind)).toEqual(['open', 'close']);
    const last = (await said('decision')).at(-1)!;
    expect(last['ai_reasoning']).toMatch(/^rules: The account is HALTED \(MAX_DAILY_LOSS\): lost 6 % since 00:00Z; only what reduces is done\./);
    expect(last['decisions']).toMatchObject([{ action: 'wait', reason: expect.stringMatching(/HALTED.*wanted open_short/) }]);
    await trading.restrict('trend', { state: 'ACTIVE', code: null, reason: null });
    await run(91, falling(6, 85));
    expect(trading.proposals.map(({ want: { kind } }) => kind)).toEqual(['open', 'close', 'open']); // what was held back begins now
  });
});

describe('a process that ends in the middle of a cycle', () => {
  it('while it decides: the cycle counts, and the next one has the next number', async () => {
    const script = new Scripted(() => new Promise(() => undefined));
    const one = await agentWorld(db, [agentConfig()], { deciderOf: () => script });
    void one.run(0, rising(30));
    await until(() => script.seen.length === 1, 'the cycle is under way');
    const again = await world([agentConfig()], { trading: one.trading });
    await again.run(0, rising(34));
    expect((await rows()).map(({ cycle, status }) => [cycle, status])).toEqual([[1, 'interrupted'], [2, 'done']]);
    expect((await again.said('decision')).map(({ cycle }) => cycle as number)).toEqual([1, 2]);
    expect((await again.said('agent_status')).find(({ messageId }) => messageId === 'agent:trend:1:status')).toMatchObject({ cycle_count: 1, last_decision_time: null, error: expect.stringMatching(/ended during this cycle/) });
  });

  it('between its proposal and its row: what got to the desk is told, nothing is proposed again', async () => {
    const trading = new MemoryTrading();
    trading.open('trend');
    trading.before = async ({ key, accountId, symbol }) => {
      await db.kysely.insertInto('decisions').values({
        decision_id: 'd1', decision_key: key, account_id: accountId, symbol, origin: 'agent', origin_id: 'trend', signal_id: null, correlation_id: null, status: 'submitted',
        as_of: 0, updated_at: 0, order_id: 'o1', approval_id: null, confidence: null, price: null, intent: JSON.stringify({ quantity: '0.5' }), gate: null, reason: '',
      }).execute();
      await new Promise(() => undefined);
    };
    const one = await agentWorld(db, [agentConfig()], { trading });
    void one.run(0, rising(30));
    await until(async () => (await db.kysely.selectFrom('decisions').selectAll().execute()).length === 1, 'it is at the desk');
    const after = new MemoryTrading();
    after.open('trend');
    const again = await world([agentConfig()], { trading: after });
    await again.run(0, rising(31));
    expect((await again.said('decision'))).toMatchObject([{ cycle: 1, decisions: [{ action: 'open_long', quantity: 0.5, status: 'submitted', order_id: 'o1', decision_id: 'd1' }] }]);
    expect(after.proposals).toEqual([]);
    expect(await again.agents.state('trend')).toMatchObject({ cycleCount: 1, lastDecisionAt: BEGIN + 30 * MINUTE });
  });

  it('before it said a fill: the next one says it, and none twice', async () => {
    const fill = (executionId: string, at: number) => ({
      account_id: 'trend', execution_id: executionId, order_id: null, decision_id: null, symbol: BTC, leg: 'net', side: 'buy', quantity: '0.5', price: '100', fee: '0', realised: '0', leverage: 3, liquidation: 0, at,
    } as const);
    await db.kysely.insertInto('fills').values([fill('e1', 5), fill('e2', 6)]).execute();
    const one = await world();
    expect((await one.said('trade_executed')).map(({ messageId }) => messageId)).toEqual(['agent:trend:execution:e1', 'agent:trend:execution:e2']);
    await world([agentConfig()], { trading: one.trading });
    expect(await one.said('trade_executed')).toHaveLength(2);
  });
});

describe('what goes wrong', () => {
  it('at the desk is said with the decision, and the next cycle comes', async () => {
    const script = new Scripted(() => open);
    const { run, trading, said, errors } = await world([agentConfig()], { deciderOf: () => script });
    trading.before = () => { throw new Error('the desk is on fire'); };
    await run(0, rising(33));
    expect(await said('decision')).toMatchObject([{ decisions: [{ action: 'open_long', status: 'failed', quantity: 0, error: expect.stringMatching(/on fire/) }] }, { cycle: 2 }]);
    expect((await said('agent_status')).at(-1)).toMatchObject({ error: expect.stringMatching(/BTCUSDT: .*on fire/), cycle_count: 2 });
    expect(errors.splice(0)).toHaveLength(2);
  });

  it('while it sees or thinks makes a cycle that does nothing', async () => {
    const script = new Scripted(() => { throw new Error('no thought'); });
    const { run, said, trading, errors } = await world([agentConfig()], { deciderOf: () => script });
    await run(0, rising(31));
    expect(await said('decision')).toMatchObject([{ ai_reasoning: 'script: no thought', decisions: [{ action: 'wait', symbol: BTC }] }]);
    expect((await rows())[0]).toMatchObject({ status: 'failed', error: 'no thought' });
    expect(trading.proposals).toEqual([]);
    errors.splice(0);
  });

  it('in the middle leaves no cycle open: the next turn closes it', async () => {
    const script = new Scripted(() => {
      if (script.seen.length === 1) trading.account = () => { trading.account = real; throw new Error('gone'); };
      return {};
    });
    const { run, trading, errors } = await world([agentConfig()], { deciderOf: () => script });
    const real = trading.account.bind(trading);
    await run(0, rising(33));
    expect((await rows()).map(({ cycle, status }) => [cycle, status])).toEqual([[1, 'interrupted'], [2, 'done']]);
    expect(errors.splice(0)).toHaveLength(1);
  });

  it('leaves no symbol that the feed does not know, and no cycle without any', async () => {
    const { run } = await world([agentConfig({ symbols: ['NONE'] })]);
    await run(0, rising(40));
    expect(await rows()).toEqual([]);
  });
});

it('a file that begins anew is not waited for', async () => {
  const one = await world();
  await one.run(0, rising(60));
  await one.agents.stop(0);
  const again = await world([agentConfig()], { trading: one.trading });
  await again.run(0, rising(33));
  const times = (await rows()).map(({ cycle, as_of: asOf }) => [cycle, (asOf - BEGIN) / MINUTE]);
  expect(times.slice(-2)).toEqual([[12, 30], [13, 33]]);
});
