import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Candle } from '../../../model/candle.js';
import { decimal } from '../../../model/decimal.js';
import { freshSqlite, type FreshDatabase } from '../../../../test/support/databases.js';
import { COSTLY, FREE, Hearing, HOUR, minute, MINUTE, orderTicket, paperBroker, T0 } from '../../../../test/support/paper.js';
import type { Ticket } from '../broker.js';
import type { PaperBroker, PaperBrokerNeeds } from '../broker.paper.js';

let db: FreshDatabase;
let broker: PaperBroker;
let heard: Hearing;
let accountId: string;
let bar = 0;
let ids = 0;

const given = async (more: Partial<PaperBrokerNeeds> = {}): Promise<void> => {
  accountId = randomUUID();
  heard = new Hearing();
  broker = paperBroker({ db: db.kysely, accountId, ...more });
  await broker.start(heard);
  bar = 0;
};
beforeAll(async () => { db = await freshSqlite(); });
beforeEach(() => given());
afterEach(() => broker.stop());
afterAll(() => db.drop());

const candle = (open: number, high = open, low = open, close = open, volume = 1e6): Promise<void> => broker.candle('BTCUSDT', minute(bar++, open, high, low, close, volume));
const order = async (more: Partial<Ticket> = {}): Promise<string> => {
  const ticket = orderTicket(`o${++ids}`, { at: T0 + bar * MINUTE, ...more });
  await broker.submit(ticket);
  return ticket.clientOrderId;
};
const limit = (side: 'buy' | 'sell', price: number, more: Partial<Ticket> = {}) => order({ side, orderType: 'limit', limitPrice: decimal(price), ...more });
const stop = (side: 'buy' | 'sell', price: number, more: Partial<Ticket> = {}) => order({ side, orderType: 'stop', stopPrice: decimal(price), ...more });
/** `[side, quantity, price]` of what was filled. */
const fills = () => heard.executions.map(({ side, quantity, price }) => [side, quantity.toNumber(), price.toDP(8).toNumber()]);
const status = async (id: string) => { const found = (await broker.find(id))!; return [found.status, found.filledQuantity.toNumber()]; };
const long = async (quantity = 1, more: Partial<Ticket> = {}): Promise<void> => {
  await order({ quantity: decimal(quantity), ...more });
  await candle(100);
  heard.executions.length = 0;
};

describe('market orders', () => {
  it('fill at the next opening, half a spread and the slippage worse, with a fee', async () => {
    await given({ terms: COSTLY });
    await order();
    await candle(100, 110, 90, 105);
    await order({ side: 'sell' });
    await candle(200, 210, 190, 205);
    expect(fills()).toEqual([['buy', 1, 100.05], ['sell', 1, 199.9]]);
    expect(heard.executions.map(({ fee }) => fee.toNumber())).toEqual([0.050025, 0.09995]);
    expect((await broker.account()).wallet!.toString()).toBe(decimal(100_000).plus('99.85').minus('0.050025').minus('0.09995').toString());
  });

  it('never fill on a candle that opened before they were decided, nor on a tick of their own moment', async () => {
    await order({ at: T0 + 30_000 });
    await candle(100);
    await broker.tick('BTCUSDT', 101, 1000, T0 + 30_000);
    expect(fills()).toEqual([]);
    await candle(102);
    expect(fills()).toEqual([['buy', 1, 102]]);
  });

  it('get a tenth of a bar\'s volume, in lots, all orders of the account together', async () => {
    const [first, second] = [await order({ quantity: decimal(2) }), await order({ quantity: decimal(2) })];
    await candle(100, 100, 100, 100, 25.006);
    expect(fills()).toEqual([['buy', 2, 100], ['buy', 0.5, 100]]);
    expect([await status(first), await status(second)]).toEqual([['filled', 2], ['partially_filled', 0.5]]);
    await candle(101, 101, 101, 101, 0);
    await candle(102, 102, 102, 102, 25);
    expect(fills().slice(2)).toEqual([['buy', 1.5, 102]]);
    expect((await broker.find(second))!.averagePrice!.toNumber()).toBe(101.5);
  });

  it('on ticks get a tenth of the last minute\'s volume, less their own fills; without a bound where the feed says no volume', async () => {
    for (let at = 0; at < 10; at++) await broker.tick('BTCUSDT', 100, 1, T0 + at * 1000);
    const id = await order({ quantity: decimal(3), at: T0 + 10_000 });
    await broker.tick('BTCUSDT', 100, 1, T0 + 11_000);
    expect(fills()).toEqual([['buy', 1.1, 100]]);
    await broker.tick('BTCUSDT', 100, 1, T0 + 12_000);
    expect(fills().slice(1)).toEqual([['buy', 0.1, 100]]);
    await broker.tick('BTCUSDT', 100, 10, T0 + 80_000);
    expect(fills().slice(2)).toEqual([['buy', 1, 100]]);
    await broker.tick('BTCUSDT', 100, null, T0 + 81_000);
    expect(await status(id)).toEqual(['filled', 3]);
  });
});

describe('limits and stops', () => {
  it('a limit buy fills only where the low is under it, at the limit or the better opening', async () => {
    await limit('buy', 95);
    await candle(100, 101, 95);
    expect(fills()).toEqual([]);
    await candle(100, 101, 94.9);
    await limit('buy', 95);
    await candle(90, 96, 89);
    expect(fills()).toEqual([['buy', 1, 95], ['buy', 1, 90]]);
  });

  it('a limit sell fills only where the high is over it, at the limit or the better opening', async () => {
    await long(2);
    await limit('sell', 105);
    await candle(100, 105, 95);
    expect(fills()).toEqual([]);
    await candle(100, 106, 95);
    await limit('sell', 105);
    await candle(110, 112, 100);
    expect(fills()).toEqual([['sell', 1, 105], ['sell', 1, 110]]);
  });

  it('a stop fills at its price or the worse opening, and pays spread and slippage', async () => {
    await given({ terms: { ...COSTLY, fee: FREE.fee } });
    await stop('buy', 105);
    await candle(100, 104.9, 95);
    expect(fills()).toEqual([]);
    await candle(100, 105, 95);
    await stop('buy', 105);
    await candle(108, 109, 100);
    await stop('sell', 95);
    await candle(100, 101, 95);
    await stop('sell', 95);
    await candle(90, 91, 80);
    expect(fills()).toEqual([['buy', 1, 105.0525], ['buy', 1, 108.054], ['sell', 1, 94.9525], ['sell', 1, 89.955]]);
  });

  it('a stop that volume cut goes on at the next opening', async () => {
    await long(3);
    await stop('sell', 95, { quantity: decimal(3) });
    await candle(100, 100, 90, 91, 10);
    await candle(99, 99, 99, 99, 100);
    expect(fills()).toEqual([['sell', 1, 95], ['sell', 2, 99]]);
  });

  it('a stop-limit fills at its stop within the limit; where the price jumped over both it rests from the next bar on', async () => {
    const stopLimit = (): Promise<string> => order({ orderType: 'stop_limit', stopPrice: decimal(105), limitPrice: decimal(106) });
    await stopLimit();
    await candle(100, 110, 99);
    expect(fills()).toEqual([['buy', 1, 105]]);
    const id = await stopLimit();
    await candle(108, 109, 100);
    expect(await status(id)).toEqual(['accepted', 0]);
    await candle(107, 108, 105);
    expect(fills().slice(1)).toEqual([['buy', 1, 106]]);
  });

  it('a trailing stop follows the highs, is first held against what was known before, and fires inside a bar only where it must have', async () => {
    await long(3);
    const trailing = (): Promise<string> => order({ side: 'sell', orderType: 'trailing_stop', trail: decimal(0.1) });
    await trailing(); // from 100
    await candle(100, 120, 91, 115); // 90 is not touched; 108 may have been, before the high
    expect(fills()).toEqual([]);
    await candle(115, 118, 108, 110);
    expect(fills()).toEqual([['sell', 1, 108]]);
    await trailing(); // from 110
    await candle(110, 130, 109, 112); // from 130 to 112 it went through 117
    expect(fills().slice(1)).toEqual([['sell', 1, 117]]);
    await trailing(); // from 112
    await candle(95, 96, 90, 95);
    expect(fills().slice(2)).toEqual([['sell', 1, 95]]);
  });

  it('a trailing stop of a short follows the lows', async () => {
    await given({ mode: 'perpetual' });
    await long(1, { side: 'sell' });
    await order({ orderType: 'trailing_stop', trail: decimal(0.1), reduceOnly: true });
    await candle(100, 101, 80, 81);
    await candle(81, 88, 80, 82);
    expect(fills()).toEqual([['buy', 1, 88]]);
  });
});

describe('pairs', () => {
  const exits = async (quantity: number): Promise<[string, string]> => [
    await limit('sell', 110, { quantity: decimal(quantity), pair: 'p', reduceOnly: true }), await stop('sell', 90, { quantity: decimal(quantity), pair: 'p', reduceOnly: true }),
  ];

  it.each([['spot'], ['perpetual']] as const)('inside one bar it is the stop, and the target is cancelled (%s)', async (mode) => {
    await given({ mode });
    await long(1);
    const [target, stopped] = await exits(1);
    await candle(100, 115, 85);
    expect(fills()).toEqual([['sell', 1, 90]]);
    expect([await status(target), await status(stopped)]).toEqual([['cancelled', 0], ['filled', 1]]);
    expect(heard.orders.map(({ clientOrderId, status: now }) => [clientOrderId, now])).toEqual([[target, 'cancelled']]);
  });

  it('what opens beyond the target is the target\'s', async () => {
    await long(1);
    await exits(1);
    await candle(112, 115, 85);
    expect(fills()).toEqual([['sell', 1, 112]]);
  });

  it('what fills of one is taken off the other', async () => {
    await long(5);
    const [target, stopped] = await exits(5);
    await candle(100, 111, 100, 100, 20);
    expect(await status(target)).toEqual(['partially_filled', 2]);
    await candle(100, 100, 89, 89);
    expect(fills()).toEqual([['sell', 2, 110], ['sell', 3, 90]]);
    expect([await status(target), await status(stopped)]).toEqual([['cancelled', 2], ['cancelled', 3]]);
    expect(heard.orders.map(({ clientOrderId }) => clientOrderId)).toEqual([stopped, target]);
    expect(await broker.openOrders()).toEqual([]);
  });
});

describe('times in force', () => {
  it('day orders end with the session: crypto at 00:00Z, shares when New York closes', async () => {
    const crypto = await limit('buy', 90, { timeInForce: 'day' });
    const share = await limit('buy', 90, { timeInForce: 'day', symbol: 'AAPL' });
    const at = (hour: number): Candle => ({ ...minute(0, 100, 100, 100, 100), time: Date.parse('2026-02-02T00:00:00Z') + hour * HOUR, knownAt: Date.parse('2026-02-02T01:00:00Z') + hour * HOUR });
    await broker.candle('AAPL', at(20));
    expect([await status(crypto), await status(share)]).toEqual([['accepted', 0], ['expired', 0]]);
    await broker.candle('BTCUSDT', at(22));
    expect(await status(crypto)).toEqual(['accepted', 0]);
    await broker.candle('AAPL', at(24));
    expect(await status(crypto)).toEqual(['expired', 0]);
    expect(heard.orders.map(({ clientOrderId, status: now }) => [clientOrderId, now])).toEqual([[share, 'expired'], [crypto, 'expired']]);
  });

  it('of a bar that reaches past the session only the opening counts', async () => {
    const id = await limit('buy', 90, { timeInForce: 'day' });
    await broker.candle('BTCUSDT', { ...minute(0, 100, 100, 80, 100), time: T0 + HOUR, knownAt: T0 + 24 * HOUR });
    expect(await status(id)).toEqual(['expired', 0]);
  });

  it('ioc fills what it can and fok all or nothing, at the first opening', async () => {
    const made = [
      await order({ timeInForce: 'fok', quantity: decimal(2) }), await order({ timeInForce: 'ioc', quantity: decimal(2) }),
      await limit('buy', 95, { timeInForce: 'ioc' }), await limit('buy', 95, { timeInForce: 'fok' }),
    ];
    await candle(100, 100, 90, 95, 15);
    expect(await Promise.all(made.map(status))).toEqual([['cancelled', 0], ['cancelled', 1.5], ['cancelled', 0], ['cancelled', 0]]);
    const whole = await order({ timeInForce: 'fok' });
    await candle(100, 100, 90, 95, 15);
    expect(await status(whole)).toEqual(['filled', 1]);
    expect(await broker.openOrders()).toEqual([]);
  });
});

describe('spot', () => {
  it('cuts what can\'t be paid to the lot and cancels the rest with a reason', async () => {
    await given({ balance: 1000, terms: COSTLY });
    await broker.tick('BTCUSDT', 100, 1, T0 - 1);
    const [id, none] = [await order({ quantity: decimal(10) }), await stop('buy', 150, { quantity: decimal(1) })];
    await candle(101);
    const most = Math.floor(1000 / (101 * 1.0005 * 1.0005) * 1000) / 1000;
    expect(await status(id)).toEqual(['cancelled', most]);
    expect((await broker.find(id))!.reason).toBe(`The cash is enough for ${most} of 10`);
    await candle(150);
    expect(await status(none)).toEqual(['cancelled', 0]);
    const { buyingPower } = await broker.account();
    expect(buyingPower.toNumber()).toBeGreaterThanOrEqual(0);
    await expect(order({ quantity: decimal(0.001) })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
    expect(heard.orders.map(({ clientOrderId }) => clientOrderId)).toEqual([id, none]);
  });

  it('refuses shorts, leverage, legs, what is not in lots and what is not held', async () => {
    await long(1);
    const refused = (more: Partial<Ticket>) => expect(order(more)).rejects;
    await refused({ side: 'sell', quantity: decimal(1.001) }).toMatchObject({ code: 'NO_SHORTS' });
    await refused({ leverage: 2 }).toMatchObject({ code: 'LEVERAGE' });
    await refused({ leg: 'long' }).toMatchObject({ code: 'NO_HEDGING' });
    await refused({ quantity: decimal(0.0015) }).toMatchObject({ code: 'LOT_SIZE' });
    await refused({ symbol: 'ETHUSDT', side: 'sell' }).toMatchObject({ code: 'NOTHING_TO_REDUCE' });
    await refused({ quantity: decimal(1e6) }).toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
    await refused({ symbol: 'DOGE' }).toMatchObject({ code: 'UNKNOWN_SYMBOL' });
    for (const bad of [{ quantity: decimal(NaN) }, { quantity: decimal(-1) }, { orderType: 'limit' as const }, { orderType: 'limit' as const, limitPrice: decimal(-1) }, { stopPrice: decimal(9) }, { orderType: 'trailing_stop' as const, trail: decimal(1) }, { clientOrderId: 'ä' }]) {
      await refused(bad).toMatchObject({ code: 'BAD_ORDER' });
    }
  });
});

describe('reduce-only orders', () => {
  beforeEach(() => given({ mode: 'perpetual' }));

  it('take no more than is there, and end when it is gone', async () => {
    await long(2);
    const [more, other] = [await order({ side: 'sell', reduceOnly: true, quantity: decimal(5) }), await limit('sell', 200, { reduceOnly: true })];
    await candle(100);
    expect(fills()).toEqual([['sell', 2, 100]]);
    expect([await status(more), await status(other)]).toEqual([['cancelled', 2], ['cancelled', 0]]);
    expect(await broker.positions()).toEqual([]);
    await expect(order({ side: 'sell', reduceOnly: true })).rejects.toMatchObject({ code: 'NOTHING_TO_REDUCE' });
  });

  it('end when the position changes its side', async () => {
    await long(2);
    const id = await limit('sell', 200, { reduceOnly: true });
    await order({ side: 'sell', quantity: decimal(3) });
    await candle(100);
    expect(await status(id)).toEqual(['cancelled', 0]);
    expect((await broker.positions()).map(({ side, quantity }) => [side, quantity.toNumber()])).toEqual([['short', 1]]);
  });

  it('legs of a hedging account are positions of their own, and are never crossed', async () => {
    await order({ leg: 'long', quantity: decimal(2) });
    await order({ leg: 'short', side: 'sell', quantity: decimal(3) });
    await candle(100);
    await order({ leg: 'long', side: 'sell', quantity: decimal(9) });
    await candle(100);
    expect((await broker.positions()).map(({ leg, side, quantity }) => [leg, side, quantity.toNumber()])).toEqual([['short', 'short', 3]]);
  });
});
