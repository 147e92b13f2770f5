import { describe, expect, it } from '@jest/globals';
import { decimal } from '../../../model/decimal.js';
import { paperBench } from '../../../../test/support/paper-bench.js';
import { COSTLY, FREE, T0 } from '../../../../test/support/paper.js';

const bench = paperBench();
const { given, candle, order, limit, stop, fills, status, long } = bench;

describe('market orders', () => {
  it('fill at the next opening, half a spread and the slippage worse, with a fee', async () => {
    await given({ terms: COSTLY });
    await order();
    await candle(100, 110, 90, 105);
    await order({ side: 'sell' });
    await candle(200, 210, 190, 205);
    expect(fills()).toEqual([['buy', 1, 100.05], ['sell', 1, 199.9]]);
    expect(bench.heard.executions.map(({ fee }) => fee.toNumber())).toEqual([0.050025, 0.09995]);
    expect((await bench.broker.account()).wallet!.toString()).toBe(decimal(100_000).plus('99.85').minus('0.050025').minus('0.09995').toString());
  });

  it('never fill on a candle that opened before they were decided, nor on a tick of their own moment', async () => {
    await order({ at: T0 + 30_000 });
    await candle(100);
    await bench.broker.tick('BTCUSDT', 101, 1000, T0 + 30_000);
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
    expect((await bench.broker.find(second))!.averagePrice!.toNumber()).toBe(101.5);
  });

  it('on ticks get a tenth of the last minute\'s volume, less their own fills; without a bound where the feed says no volume', async () => {
    for (let at = 0; at < 10; at++) await bench.broker.tick('BTCUSDT', 100, 1, T0 + at * 1000);
    const id = await order({ quantity: decimal(3), at: T0 + 10_000 });
    await bench.broker.tick('BTCUSDT', 100, 1, T0 + 11_000);
    expect(fills()).toEqual([['buy', 1.1, 100]]);
    await bench.broker.tick('BTCUSDT', 100, 1, T0 + 12_000);
    expect(fills().slice(1)).toEqual([['buy', 0.1, 100]]);
    await bench.broker.tick('BTCUSDT', 100, 10, T0 + 80_000);
    expect(fills().slice(2)).toEqual([['buy', 1, 100]]);
    await bench.broker.tick('BTCUSDT', 100, null, T0 + 81_000);
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

  it('a stop fills at its price or the worse opening', async () => {
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
    expect(fills()).toEqual([['buy', 1, 105], ['buy', 1, 108], ['sell', 1, 95], ['sell', 1, 90]]);
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
    expect(bench.heard.orders.map(({ clientOrderId, status: now }) => [clientOrderId, now])).toEqual([[target, 'cancelled']]);
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
    expect(bench.heard.orders.map(({ clientOrderId }) => clientOrderId)).toEqual([stopped, target]);
    expect(await bench.broker.openOrders()).toEqual([]);
  });
});
