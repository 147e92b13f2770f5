import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { frameOf, tradesWorld, tradingGroup, type TradesWorld } from '../../../test/support/trades-world.js';
import type { Answer } from '../answer.js';
import type { Group } from '../group.js';

const LONG = { action: 'LONG', qty: 0, margin_usd: 50 };
const CLOSE = { action: 'CLOSE' };

describe('what a group decides', () => {
  let db: FreshDatabase;
  let world: TradesWorld;
  let group: Group;

  beforeEach(async () => {
    db = await freshSqlite();
    group = await tradingGroup(db, 'alpha');
    world = await tradesWorld(db);
    await world.open();
    await world.candle();
  });

  afterEach(async () => {
    await world.stop();
    expect(world.errors).toEqual([]);
    await db.drop();
  });

  const filled = async (...args: Parameters<TradesWorld['post']>): Promise<Answer> => {
    const answer = await world.post(...args);
    await world.candle();
    await world.candle(); // what opens after a closing
    return answer;
  };
  const statuses = async (): Promise<readonly unknown[]> => (await world.told(group)).map(({ order: { status } }) => status);

  it('is refused without a trace where it is flawed, or names another group, or has no account', async () => {
    const beta = await tradingGroup(db, 'beta');
    expect(await world.posts.take(group, { event_type: 'post_trade', payload: {} }, 'type')).toMatchObject({ ok: false, message: 'validation_error', detail: [{ path: 'condition.domain' }, { path: 'payload' }] });
    for (const label of ['beta', beta.groupId]) {
      expect(await world.post(group, { ...LONG, margin_usd: -1 }, { correlation: 'c', payload: { source_id: label } })).toMatchObject({
        ok: false, message: 'validation_error', correlation_id: 'c', detail: [{ path: 'payload.signal.margin_usd' }, { path: 'payload.source_id' }],
      });
    }
    expect(await world.post({ ...group, accountId: 'nowhere' }, LONG)).toMatchObject({ ok: false, message: 'NOT_FOUND', retryable: false });
    expect(await world.trades()).toEqual([]);
    expect(await db.kysely.selectFrom('group_events').selectAll().execute()).toEqual([]);
    for (const label of ['alpha', group.groupId, 'rsi_bot', '']) expect(await world.post(group, LONG, { payload: { source_id: label } })).toMatchObject({ ok: true });
  });

  it('is sized by margin times leverage, filled, and told with its correlation id on every change', async () => {
    const answer = await world.post(group, LONG, { correlation: 'run-1' });
    expect(answer).toMatchObject({ ok: true, message: 'accepted', correlation_id: 'run-1', status: 'submitted' });
    await world.candle();
    expect(world.held()).toEqual(['net long 2.499']); // 50 · 5 at the ask of 100.02
    const told = await world.told(group);
    expect(told.map(({ order: { status, filled_quantity: quantity } }) => [status, quantity])).toEqual([['submitted', 0], ['accepted', 0], ['filled', 2.499]]);
    expect(told.at(-1)).toMatchObject({
      event_type: 'order_update', source_id: 'conclave', priority: 8, targets: ['alpha'], condition: { trace: { correlation_id: 'run-1' } },
      order: { order_id: answer['order_id'], correlation_id: 'run-1', symbol: 'BTCUSDT', side: 'buy', quantity: 2.499, filled_quantity: 2.499, average_price: 100.05, status: 'filled' },
    });
    const said = await db.kysely.selectFrom('room_messages').selectAll().where('room', '=', `group:${group.groupId}`).where('type', '=', 'group_order').orderBy('offset').execute();
    expect(said.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject(told.map(({ order }) => ({ group_id: group.groupId, ...order })));
    const [event] = await db.kysely.selectFrom('group_events').selectAll().where('event_type', '=', 'post_trade').execute();
    expect(event).toMatchObject({ event_id: answer['id'], origin: 'group', source_id: 'alpha', origin_id: group.groupId, correlation_id: 'run-1', payload: frameOf(LONG)['payload'] });
    expect(await db.kysely.selectFrom('decisions').selectAll().execute()).toMatchObject([{ decision_id: answer['decision_id'], origin: 'group', origin_id: group.groupId, correlation_id: 'run-1' }]);
  });

  it('without a correlation id it is its own, and each is its own', async () => {
    const [one, two] = [await world.post(group, LONG), await world.post(group, LONG)];
    expect([one['correlation_id'], two['correlation_id']]).toEqual([one['id'], two['id']]);
    expect(await world.orders()).toHaveLength(2);
  });

  it('what a gate refuses is accepted, with the gate in the answer and in the update', async () => {
    expect(await world.post(group, { ...LONG, margin_usd: 0.001 })).toMatchObject({ ok: true, message: 'accepted', order_id: null, status: 'refused', gate: { code: 'MIN_NOTIONAL' } });
    expect(await world.post(group, CLOSE)).toMatchObject({ ok: true, status: 'refused', gate: { code: 'NOT_ABLE' } });
    expect(await world.post(group, { ...LONG, stop_loss: 101 })).toMatchObject({ status: 'refused', gate: { code: 'BAD_INTENT' } });
    expect((await world.told(group)).map(({ order: { status, gate } }) => [status, (gate as { code: string }).code])).toEqual([['refused', 'MIN_NOTIONAL'], ['refused', 'NOT_ABLE'], ['refused', 'BAD_INTENT']]);
  });

  it('without a price yet it is refused as stale', async () => {
    await world.stop();
    world = await tradesWorld(db);
    expect(await world.post(group, LONG)).toMatchObject({ ok: true, status: 'refused', gate: { code: 'PRICE_STALE' } });
  });

  describe('oneway', () => {
    it('LONG on LONG adds; SHORT closes it and opens after that fill', async () => {
      await filled(group, { action: 'LONG', qty: 1 });
      await filled(group, { action: 'BUY', qty: 2 });
      expect(world.held()).toEqual(['net long 3']);
      const answer = await world.post(group, { action: 'SHORT', qty: 4 }, { correlation: 'turn' });
      expect(answer).toMatchObject({ status: 'submitted' });
      await world.candle();
      expect(world.held()).toEqual([]);
      await world.candle();
      expect(world.held()).toEqual(['net short 4']);
      expect((await world.told(group)).filter(({ order }) => order['correlation_id'] === 'turn').map(({ order: { quantity, status } }) => `${String(quantity)} ${String(status)}`))
        .toEqual(['3 submitted', '3 accepted', '3 filled', '4 submitted', '4 accepted', '4 filled']);
    });

    it('the last word goes, also where the first is not filled yet', async () => {
      await world.post(group, { action: 'LONG', qty: 5 });
      await filled(group, { action: 'SHORT', qty: 1 });
      expect(world.held()).toEqual(['net short 1']);
      await world.post(group, { action: 'LONG', qty: 2 });
      await world.post(group, { action: 'SHORT', qty: 3 });
      await filled(group, { action: 'LONG', qty: 4 });
      expect(world.held()[0]).toMatch(/^net long/);
    });

    it('the last word goes, also where an opening waits for a closing', async () => {
      await filled(group, { action: 'SHORT', qty: 2 });
      await world.post(group, { action: 'LONG', qty: 1 });
      await filled(group, { action: 'SHORT', qty: 3, order_type: 'limit', limit_price: 103 });
      expect(world.held()).toEqual([]);
      expect(await statuses()).toContain('cancelled');
    });

    it('CLOSE takes what it says, never more than there is, and not the other side', async () => {
      await filled(group, { action: 'SHORT', qty: 3 });
      await filled(group, { action: 'CLOSE', qty: 1 });
      expect(world.held()).toEqual(['net short 2']);
      expect(await filled(group, { action: 'CLOSE', side: 'long' })).toMatchObject({ status: 'refused', gate: { code: 'NOT_ABLE' }, decision_id: null });
      expect(world.held()).toEqual(['net short 2']);
      await filled(group, { action: 'CLOSE', qty: 99 });
      expect(world.held()).toEqual([]);
      expect((await statuses()).at(-4)).toBe('refused');
    });

    it('exits, limits and leverage are the order\'s', async () => {
      await filled(group, { action: 'LONG', qty: 1, leverage: 2, target_price: 120, stop_loss: 90 });
      await world.post(group, { action: 'LONG', qty: 1, order_type: 'limit', limit_price: 95 });
      expect((await world.orders()).map(({ role, order_type: type, limit_price: limit, leverage }) => [role, type, limit, leverage])).toEqual(expect.arrayContaining([
        ['entry', 'market', null, 2], ['target', 'limit', '120', 2], ['entry', 'limit', '95', 5],
      ]));
    });
  });

  it.each([['target', 121, 'sell'], ['stop', 89, 'sell']] as const)('a %s that closes its position is told as the rest is, under what opened it', async (role, price, side) => {
    await filled(group, { action: 'LONG', qty: 1, target_price: 120, stop_loss: 90 }, { correlation: 'run-1' });
    await world.candle(price);
    await world.candle(price);
    expect(world.held()).toEqual([]);
    const order = (await world.orders()).find((each) => each.role === role && each.status === 'filled')!;
    const told = await world.told(group);
    expect(told.at(-1)).toMatchObject({
      condition: { trace: { correlation_id: 'run-1' } },
      order: { order_id: order.order_id, correlation_id: 'run-1', symbol: 'BTCUSDT', side, quantity: 1, filled_quantity: 1, average_price: Number(order.average_price), status: 'filled' },
    });
    expect(told.filter(({ order: { order_id: id } }) => id === order.order_id)).toHaveLength(1);
    await world.updates.opened(); // after a crash: it was told already
    expect(await world.told(group)).toHaveLength(told.length);
  });

  it('a stop that is filled in parts is told part by part, and how each order ended', async () => {
    await filled(group, { action: 'LONG', qty: 3, target_price: 120, stop_loss: 90 }, { correlation: 'run-1' });
    for (let at = 0; at < 4; at += 1) await world.candle(89, 10); // a tenth of a bar's volume at most
    expect(world.held()).toEqual([]);
    const told = (await world.told(group)).map(({ order }) => order).filter(({ side }) => side === 'sell');
    expect(new Set(told.map(({ correlation_id: of }) => of))).toEqual(new Set(['run-1']));
    const last = new Map(told.map((order) => [order['order_id'], order]));
    expect([...last.values()].reduce((sum, order) => sum + (order['filled_quantity'] as number), 0)).toBe(3);
    expect([...last.values()].filter(({ status }) => status === 'submitted' || status === 'accepted' || status === 'partially_filled')).toEqual([]);
  });

  describe('hedge', () => {
    beforeEach(async () => {
      group = await tradingGroup(db, 'legs', 'hedge');
      await world.post(group, { action: 'LONG', qty: 1 });
      await filled(group, { action: 'SHORT', qty: 2 });
    });

    it('has separate legs, and CLOSE takes a side', async () => {
      expect(world.held()).toEqual(['long long 1', 'short short 2']);
      await filled(group, { action: 'CLOSE', side: 'long' });
      expect(world.held()).toEqual(['short short 2']);
      expect(await filled(group, { action: 'CLOSE', side: 'long' })).toMatchObject({ status: 'refused', gate: { code: 'NOT_ABLE' } });
    });

    it('CLOSE without a side takes both, once, and only those that are there', async () => {
      const answer = await world.post(group, CLOSE, { correlation: 'out' });
      expect(answer).toMatchObject({ status: 'submitted', orders: [{ position_side: 'long', status: 'submitted' }, { position_side: 'short', status: 'submitted' }] });
      await world.candle();
      expect(world.held()).toEqual([]);
      expect(await world.post(group, CLOSE, { correlation: 'out' })).toMatchObject({ duplicate: true, order_id: answer['order_id'], orders: [{ status: 'filled' }, { status: 'filled' }] });
      await filled(group, { action: 'LONG', qty: 3 });
      const one = await filled(group, CLOSE, { correlation: 'out' });
      expect(one).not.toHaveProperty('duplicate');
      expect(one).not.toHaveProperty('orders');
      expect(world.held()).toEqual([]);
      expect(await filled(group, CLOSE)).toMatchObject({ status: 'refused', gate: { code: 'NOT_ABLE' } });
    });
  });

  it('updates come after the answer', async () => {
    await world.post(group, LONG).then(() => world.said.push('answer'));
    await world.updates.idle();
    expect(world.said).toEqual(['post_trade', 'answer', 'order_update', 'order_update']);
  });
});
