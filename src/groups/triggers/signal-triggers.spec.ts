import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { runNode, type RunNode } from '../../../test/support/run-node.js';
import { TriggerWorld } from '../../../test/support/trigger-world.js';
import type { TriggerWork } from './trigger-work.js';

let db: FreshDatabase;
let node: RunNode;
let world: TriggerWorld;

/** A process that runs triggers; it looks when it is told to. */
const process = async (...more: Parameters<TriggerWorld['work']> extends [unknown, ...infer R] ? R : never): Promise<TriggerWork> => {
  const work = world.work(node.market, ...more);
  await work.refresh();
  return work;
};
const analyze = async (symbol: string): Promise<void> => void await node.runs.request(symbol, 'fast', { kind: 'schedule' }).ended;
const of = async (name: string): Promise<string[]> => (await world.events()).filter(({ source_id: source }) => source === name).map(({ title }) => title);

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('a trigger on signals, on %s,', (_name, fresh) => {
  beforeEach(async () => {
    db = await fresh();
    node = await runNode({ database: db, redisUrl: null });
    world = await TriggerWorld.open(db);
  });
  afterEach(async () => {
    await Promise.all(world.works.map((work) => work.stop()));
    await node.close();
    expect([...await world.end(), ...node.faults]).toEqual([]);
  });

  it('makes an event of each signal that it is about', async () => {
    await world.trigger('all', 'signal', {});
    await world.trigger('apple', 'signal', { symbols: ['AAPL'], actions: ['BUY', 'SELL'], min_confidence: 0.5, min_strength: 'UNANIMOUS' });
    await world.trigger('sells', 'signal', { actions: ['SELL'] });
    await world.trigger('sure', 'signal', { min_confidence: 0.99 });
    const work = await process();
    await analyze('AAPL');
    await analyze('BTC/USD');
    await work.signals();
    await work.signals();
    expect(await of('all')).toEqual(['BUY AAPL, confidence 0.90, UNANIMOUS (simulated)', 'BUY BTC/USD, confidence 0.90, UNANIMOUS (simulated)']);
    expect([await of('apple'), await of('sells'), await of('sure')]).toEqual([['BUY AAPL, confidence 0.90, UNANIMOUS (simulated)'], [], []]);
    const signal = await db.kysely.selectFrom('signals').selectAll().where('symbol', '=', 'AAPL').executeTakeFirstOrThrow();
    const { trigger_id: id } = await world.row('apple');
    const event = (await world.events()).find(({ source_id: source }) => source === 'apple')!;
    expect(event.event_key).toBe(`signal:${id}:${signal.signal_id}`);
    expect(JSON.parse(event.payload)).toMatchObject({
      signal_id: signal.signal_id, symbol: 'AAPL', action: 'BUY', confidence: signal.confidence, price: signal.price, consensus_strength: 'UNANIMOUS', source: 'simulated', simulated: true,
      valid_until: new Date(signal.valid_until).toISOString(), reasoning: [expect.stringContaining('it does'), expect.anything(), expect.anything()],
    });
  });

  it('makes one of it, whatever nodes look at once and however often they start, and loses none that was stored meanwhile', async () => {
    await world.trigger('all', 'signal', {});
    await analyze('AAPL');
    await Promise.all([await process(), await process()].map((work) => work.signals()));
    await Promise.all(world.works.splice(0).map((work) => work.stop()));
    await analyze('BTC/USD');
    await (await process()).signals();
    expect((await of('all')).map((title) => title.split(',')[0])).toEqual(['BUY AAPL', 'BUY BTC/USD']);
  });

  it('hears of a signal that another node stored a little late, and reads none twice', async () => {
    await world.trigger('all', 'signal', {});
    const work = await process();
    await analyze('AAPL');
    await work.signals();
    const row = await db.kysely.selectFrom('signals').selectAll().executeTakeFirstOrThrow();
    await db.kysely.insertInto('signals').values({ ...row, signal_id: randomUUID(), run_id: randomUUID(), created_at: row.created_at - 10_000 }).execute();
    await work.signals();
    expect(await of('all')).toHaveLength(2);
  });

  it('keeps where it stands, and has more signals than one page', async () => {
    await world.trigger('all', 'signal', {});
    await analyze('AAPL');
    const row = await db.kysely.selectFrom('signals').selectAll().executeTakeFirstOrThrow();
    const more = Array.from({ length: 210 }, () => ({ ...row, signal_id: randomUUID(), run_id: randomUUID() }));
    await db.kysely.insertInto('signals').values(more).execute();
    await (await process()).signals();
    expect(await of('all')).toHaveLength(211);
    expect(JSON.parse((await world.row('all')).state!)).toEqual({ cursor: expect.any(Number) });
  });

  it('leaves out what is no longer valid, and what was stored before the trigger was made', async () => {
    await analyze('AAPL');
    await world.trigger('young', 'signal', {}, { created_at: Date.now() + 1 });
    await world.trigger('late', 'signal', {});
    const row = await db.kysely.selectFrom('signals').selectAll().executeTakeFirstOrThrow();
    await db.kysely.updateTable('signals').set({ valid_until: node.market.now() }).execute();
    const work = await process();
    await work.signals();
    expect(await world.titles()).toEqual([]);
    await db.kysely.insertInto('signals').values({ ...row, signal_id: randomUUID(), run_id: randomUUID() }).execute();
    await work.signals();
    expect([await of('young'), await of('late')]).toEqual([[], [expect.stringContaining('AAPL')]]);
  });
});
