import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { MemoryExchange } from '../../../test/support/memory-channels.js';
import { tradesWorld, tradingGroup, type TradesOptions, type TradesWorld } from '../../../test/support/trades-world.js';
import type { Answer } from '../answer.js';
import type { Group } from '../group.js';
import { KEPT_MS } from '../idempotency.js';

const LONG = { action: 'LONG', qty: 0, margin_usd: 50 };
const CLOSE = { action: 'CLOSE' };

describe.each([['SQLite', freshSqlite], ['PostgreSQL', freshPostgres]] as const)('what a group decides is done once, on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let nodes: TradesWorld[];
  let world: TradesWorld;
  let group: Group;

  beforeEach(async () => {
    db = await fresh();
    nodes = [];
    group = await tradingGroup(db, 'alpha');
    world = await node();
    await world.candle();
  });

  afterEach(async () => {
    for (const each of nodes) await each.stop();
    for (const each of nodes) expect(each.errors).toEqual([]);
    await db.drop();
  });

  /** One that trades is open when it is there. */
  async function node(more: TradesOptions = {}): Promise<TradesWorld> {
    const made = await tradesWorld(db, more);
    nodes.push(made);
    if (more.trades?.() !== false) await made.open();
    return made;
  }
  const filled = async (...args: Parameters<TradesWorld['post']>): Promise<Answer> => {
    const answer = await world.post(...args);
    await world.candle();
    await world.candle(); // what opens after a closing
    return answer;
  };
  const age = async (tradeId: unknown, ms: number): Promise<void> => void await db.kysely.updateTable('group_trades').set({ created_at: Date.now() - ms }).where('trade_id', '=', String(tradeId)).execute();

  describe('whoever repeats it', () => {
    it('fifty at once over two nodes: one row, one order, and all are told of it', async () => {
      const exchange = new MemoryExchange();
      await world.stop();
      const trading = await node({ channels: exchange.join() });
      await trading.candle();
      const edge = await node({ trades: () => false, channels: exchange.join() });
      const all = await Promise.all(Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? trading : edge).post(group, LONG, { correlation: 'same' })));
      expect(all.filter(({ duplicate }) => duplicate !== true)).toHaveLength(1);
      expect(new Set(all.map(({ order_id: id }) => id)).size).toBe(1);
      expect(all[0]).toMatchObject({ ok: true, status: 'submitted' });
      expect(await trading.trades()).toHaveLength(1);
      expect(await trading.orders()).toHaveLength(1);
      expect(await db.kysely.selectFrom('group_events').selectAll().where('event_type', '=', 'post_trade').execute()).toHaveLength(1);
    });

    it('by an explicit key: a repeat gets the first order as it is now, another payload a conflict', async () => {
      const first = await filled(group, LONG, { key: 'k', correlation: 'a' });
      expect(await world.post(group, LONG, { key: 'k', correlation: 'b' })).toMatchObject({ ok: true, duplicate: true, id: first['id'], order_id: first['order_id'], status: 'filled', correlation_id: 'a' });
      expect(await world.post(group, { ...LONG, margin_usd: 51 }, { key: 'k' })).toMatchObject({ ok: false, message: 'IDEMPOTENCY_CONFLICT', detail: [{ path: 'condition.trace.idempotency_key' }] });
      expect(await world.post(await tradingGroup(db, 'beta'), { ...LONG, margin_usd: 51 }, { key: 'k' })).not.toHaveProperty('duplicate');
      expect(await world.orders()).toHaveLength(2);
    });

    it('by trace and content: another content under the same trace is another order', async () => {
      await world.post(group, LONG, { correlation: 'run' });
      expect(await world.post(group, { margin_usd: 50.0, qty: 0.0, action: 'LONG' }, { correlation: 'run' })).toMatchObject({ duplicate: true });
      expect(await world.post(group, { ...LONG, margin_usd: 60 }, { correlation: 'run' })).not.toHaveProperty('duplicate');
      expect(await world.orders()).toHaveLength(2);
    });

    it('an OPEN and a later CLOSE under one hard-coded trace are two; the CLOSE again is a repeat, the next position\'s is not', async () => {
      await filled(group, LONG, { correlation: 'hard' });
      const close = await world.post(group, CLOSE, { correlation: 'hard' });
      expect(await world.post(group, CLOSE, { correlation: 'hard' })).toMatchObject({ duplicate: true, order_id: close['order_id'] });
      await world.candle();
      expect(world.held()).toEqual([]);
      expect(await world.orders()).toHaveLength(2);
      expect(await world.post(group, CLOSE, { correlation: 'hard' })).toMatchObject({ duplicate: true, order_id: close['order_id'], status: 'filled' });
      await filled(group, { ...LONG, margin_usd: 70 }, { correlation: 'hard' });
      expect(await filled(group, CLOSE, { correlation: 'hard' })).toMatchObject({ status: 'submitted' });
      expect(world.held()).toEqual([]);
      expect(await world.orders()).toHaveLength(4);
    });

    it('for a day', async () => {
      const first = await filled(group, LONG, { key: 'k' });
      await age(first['id'], KEPT_MS + 1000);
      const second = await world.post(group, { ...LONG, margin_usd: 51 }, { key: 'k' });
      expect(second).toMatchObject({ ok: true });
      expect(second).not.toHaveProperty('duplicate');
      expect((await world.trades()).map(({ idempotency_key: key }) => key)).toEqual([null, 'key:k']);
    });
  });

  describe('where another node trades', () => {
    it('that one executes it, and the answer has its order', async () => {
      const exchange = new MemoryExchange();
      await world.stop();
      const trading = await node({ channels: exchange.join() });
      await trading.candle();
      const edge = await node({ trades: () => false, channels: exchange.join() });
      const answer = await edge.post(group, LONG);
      expect(answer).toMatchObject({ status: 'submitted', order_id: expect.any(String) });
      await trading.candle();
      expect(trading.held()).toEqual(['net long 2.499']);
    });

    it('also where no word gets through: it looks by itself', async () => {
      const edge = await node({ trades: () => false });
      expect(await edge.post(group, LONG)).toMatchObject({ status: 'submitted' });
    });

    it('and while none does it is pending, executed by the next that trades, and known to be a repeat', async () => {
      await world.stop();
      const edge = await node({ trades: () => false, patienceMs: 20 });
      const one = await edge.post(group, LONG, { correlation: 'c' });
      const two = await edge.post(group, CLOSE, { correlation: 'c' });
      expect(one).toMatchObject({ ok: true, message: 'accepted', order_id: null, status: 'pending' });
      expect(two).toMatchObject({ status: 'pending' });
      const next = await tradesWorld(db, { bar: world.bar });
      nodes.push(next);
      await next.candle();
      await next.open();
      expect(await next.post(group, LONG, { correlation: 'c' })).toMatchObject({ duplicate: true, id: one['id'], order_id: expect.any(String) });
      // in their order: the closing came last, and took what was under way with it
      expect((await next.trades()).map(({ status }) => status)).toEqual(['decided', 'decided']);
      await next.candle();
      expect(next.held()).toEqual([]);
    });

    it('one that nobody could execute for a quarter of an hour is not executed, and that is told', async () => {
      await world.stop();
      const edge = await node({ trades: () => false, patienceMs: 20 });
      const { id } = await edge.post(group, LONG, { correlation: 'old' });
      await age(id, 16 * 60_000);
      const next = await node({ bar: world.bar });
      await next.candle();
      expect(await next.trades()).toMatchObject([{ status: 'decided' }]);
      expect(await next.orders()).toEqual([]);
      expect((await next.told(group)).map(({ order }) => order)).toMatchObject([{ order_id: null, correlation_id: 'old', side: 'buy', status: 'expired', gate: { code: 'EXPIRED' } }]);
    });
  });

  describe('after a crash', () => {
    /** The server is killed: nothing that it was about to do is done by it. */
    const row = async (): Promise<string> => {
      await world.stop();
      const edge = await node({ trades: () => false, patienceMs: 0 });
      return String((await edge.post(group, LONG, { correlation: 'c' }))['id']);
    };

    it('between the row and the proposal it is executed at the start', async () => {
      const id = await row();
      const next = await tradesWorld(db, { bar: world.bar });
      nodes.push(next);
      await next.candle();
      await next.open();
      expect(await next.orders()).toHaveLength(1);
      expect(await next.trades()).toMatchObject([{ trade_id: id, status: 'decided' }]);
      expect(await next.told(group)).toHaveLength(2);
    });

    it('between the proposal and the row it is the same order, also long after, and all is told once', async () => {
      const first = await world.post(group, LONG, { correlation: 'c' });
      await world.told(group);
      await world.stop();
      await db.kysely.updateTable('group_trades').set({ status: 'pending', outcome: null }).execute();
      await age(first['id'], 16 * 60_000);
      await db.kysely.deleteFrom('group_deliveries').execute();
      await db.kysely.deleteFrom('group_events').where('event_type', '=', 'order_update').execute();
      const next = await node({ bar: world.bar });
      await next.candle();
      expect(await next.orders()).toMatchObject([{ order_id: first['order_id'] }]);
      expect(JSON.parse((await next.trades())[0]!.outcome!)).toMatchObject([{ order_id: first['order_id'], decision_id: first['decision_id'] }]);
      await next.candle();
      const told = await next.told(group);
      expect(new Set(told.map(({ order: { status } }) => status)).size).toBe(told.length);
      expect(told.at(-1)!.order).toMatchObject({ status: 'filled' });
      await next.updates.opened();
      expect(await next.told(group)).toHaveLength(told.length);
    });

    it('while the second half of a change of side waits, it is asked for once', async () => {
      await filled(group, { action: 'LONG', qty: 1 });
      await world.post(group, { action: 'SHORT', qty: 2 });
      const second = await world.post(group, { action: 'SHORT', qty: 3 }); // the closing is under way: it waits for that
      expect(second).toMatchObject({ status: 'pending', order_id: null });
      await world.candle();
      await db.kysely.updateTable('group_trades').set({ status: 'pending', outcome: null }).where('trade_id', '=', String(second['id'])).execute();
      await world.work.sweep();
      await world.candle();
      expect(world.held()).toEqual(['net short 5']);
      expect(await world.post(group, { action: 'SHORT', qty: 3 }, {})).toMatchObject({ status: 'submitted' });
    });
  });
});
