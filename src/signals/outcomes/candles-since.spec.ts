import { beforeAll, describe, expect, it } from '@jest/globals';
import { SimulatedFeed } from '../../market/feeds/simulated.js';
import { Market } from '../../market/market.js';
import type { Candle } from '../../model/candle.js';
import { instrumentOf } from '../../../test/support/hand-feed.js';
import { candlesSince } from './candles-since.js';
import type { OpenRow } from './tracked.js';

const NOW = Date.parse('2026-02-03T12:00:00Z');
const MINUTE = 60_000;
const row = (minutesAgo: number, bars = 60): OpenRow => ({ symbol: 'BTC/USD', interval: '1m', candle_time: NOW - minutesAgo * MINUTE, horizon_bars: bars } as OpenRow);

describe('the candles since a signal, after a restart', () => {
  let market: Market;
  beforeAll(async () => {
    const feed = new SimulatedFeed({ instruments: [instrumentOf('BTC/USD')], seed: 1, tickMs: 1000, clock: () => NOW, wait: () => () => {} });
    market = new Market({ feed, config: { interval: '1m', intervals: ['1m'], keepCandles: 500 }, events: { price: () => {}, closed: () => {}, ended: () => {}, error: (error) => { throw error; } } });
    await market.start();
  });

  it.each([['in memory', 100], ['before what is in memory', 5000]])('are found %s, from t to the end of the horizon', async (_where, minutesAgo) => {
    const found = await candlesSince(market, row(minutesAgo)) as readonly Candle[];
    expect(found.length).toBeGreaterThanOrEqual(61);
    found.forEach(({ time }, at) => expect(time).toBe(NOW - (minutesAgo - at) * MINUTE));
  });

  it('are those that have closed so far where the horizon is not over', async () => {
    const found = await candlesSince(market, row(10)) as readonly Candle[];
    expect([found[0]!.time, found.at(-1)!.knownAt]).toEqual([NOW - 10 * MINUTE, NOW]);
  });

  it('are waited for where t has not closed, and gone where t is missing or a bar behind it', async () => {
    expect(await candlesSince(market, row(-1))).toBe('waiting');
    expect(await candlesSince(market, { ...row(10), candle_time: NOW - 10 * MINUTE + 1 })).toBe('gone');
    const holed = { instrument: (symbol: string) => market.instrument(symbol), candles: async (...args: Parameters<Market['candles']>) => (await market.candles(...args)).filter(({ time }) => time !== NOW - 5 * MINUTE) };
    expect(await candlesSince(holed, row(10))).toBe('gone');
    const stocks = { ...holed, instrument: () => ({ ...market.instrument('BTC/USD'), hours: 'us_equity' as const }) };
    expect(await candlesSince(stocks, row(10))).toHaveLength(9); // sessions have gaps of their own
  });
});
