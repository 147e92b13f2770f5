import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Candle } from '../../../model/candle.js';
import { decimal } from '../../../model/decimal.js';
import { paperBench } from '../../../../test/support/paper-bench.js';
import { COSTLY, HOUR, minute, T0 } from '../../../../test/support/paper.js';
import type { Ticket } from '../broker.js';

const bench = paperBench();
const { given, candle, order, limit, stop, fills, status, long } = bench;

describe('times in force', () => {
  it('day orders end with the session: crypto at 00:00Z, shares when New York closes', async () => {
    const crypto = await limit('buy', 90, { timeInForce: 'day' });
    const share = await limit('buy', 90, { timeInForce: 'day', symbol: 'AAPL' });
    const at = (hour: number): Candle => ({ ...minute(0, 100, 100, 100, 100), time: Date.parse('2026-02-02T00:00:00Z') + hour * HOUR, knownAt: Date.parse('2026-02-02T01:00:00Z') + hour * HOUR });
    await bench.broker.candle('AAPL', at(20));
    expect([await status(crypto), await status(share)]).toEqual([['accepted', 0], ['expired', 0]]);
    await bench.broker.candle('BTCUSDT', at(22));
    expect(await status(crypto)).toEqual(['accepted', 0]);
    await bench.broker.candle('AAPL', at(24));
    expect(await status(crypto)).toEqual(['expired', 0]);
    expect(bench.heard.orders.map(({ clientOrderId, status: now }) => [clientOrderId, now])).toEqual([[share, 'expired'], [crypto, 'expired']]);
  });

  it('of a bar that reaches past the session only the opening counts', async () => {
    const id = await limit('buy', 90, { timeInForce: 'day' });
    await bench.broker.candle('BTCUSDT', { ...minute(0, 100, 100, 80, 100), time: T0 + HOUR, knownAt: T0 + 24 * HOUR });
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
    expect(await bench.broker.openOrders()).toEqual([]);
  });
});

describe('spot', () => {
  it('cuts what can\'t be paid to the lot and cancels the rest with a reason', async () => {
    await given({ balance: 1000, terms: COSTLY });
    await bench.broker.tick('BTCUSDT', 100, 1, T0 - 1);
    const [id, none] = [await order({ quantity: decimal(10) }), await stop('buy', 150, { quantity: decimal(1) })];
    await candle(101);
    const most = Math.floor(1000 / (101 * 1.0005 * 1.0005) * 1000) / 1000;
    expect(await status(id)).toEqual(['cancelled', most]);
    expect((await bench.broker.find(id))!.reason).toBe(`The cash is enough for ${most} of 10`);
    await candle(150);
    expect(await status(none)).toEqual(['cancelled', 0]);
    const { buyingPower } = await bench.broker.account();
    expect(buyingPower.toNumber()).toBeGreaterThanOrEqual(0);
    await expect(order({ quantity: decimal(0.001) })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
    expect(bench.heard.orders.map(({ clientOrderId }) => clientOrderId)).toEqual([id, none]);
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
    for (const bad of [{ quantity: decimal(NaN) }, { quantity: decimal(-1) }, { orderType: 'limit' as const }, { orderType: 'limit' as const, limitPrice: decimal(-1) }, { stopPrice: decimal(9) }, { orderType: 'trailing_stop' as const, trail: decimal(1) }, { clientOrderId: 'ä' }, { leverage: 1.5 }]) {
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
    expect(await bench.broker.positions()).toEqual([]);
    await expect(order({ side: 'sell', reduceOnly: true })).rejects.toMatchObject({ code: 'NOTHING_TO_REDUCE' });
  });

  it('end when the position changes its side', async () => {
    await long(2);
    const id = await limit('sell', 200, { reduceOnly: true });
    await order({ side: 'sell', quantity: decimal(3) });
    await candle(100);
    expect(await status(id)).toEqual(['cancelled', 0]);
    expect((await bench.broker.positions()).map(({ side, quantity }) => [side, quantity.toNumber()])).toEqual([['short', 1]]);
  });

  it('legs of a hedging account are positions of their own, and are never crossed', async () => {
    await order({ leg: 'long', quantity: decimal(2) });
    await order({ leg: 'short', side: 'sell', quantity: decimal(3) });
    await candle(100);
    await order({ leg: 'long', side: 'sell', quantity: decimal(9) });
    await candle(100);
    expect((await bench.broker.positions()).map(({ leg, side, quantity }) => [leg, side, quantity.toNumber()])).toEqual([['short', 'short', 3]]);
  });
});
