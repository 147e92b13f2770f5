import { type INestApplication, ValidationPipe } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConfiguredInstrument } from '../config/config.js';
import { SimulatedFeed } from './feeds/simulated.js';
import { MarketController } from './market.controller.js';
import { Market } from './market.js';

const NOON = Date.parse('2026-02-03T12:00:00Z');
const instrument = (symbol: string, hours: 'us_equity' | 'always'): ConfiguredInstrument => ({
  symbol, name: `The ${symbol}`, assetClass: hours === 'always' ? 'crypto' : 'equity', currency: 'USD', hours, tickSize: 0.01, lotSize: 1, sources: {}, listed: true,
});

describe('the market over HTTP', () => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    const feed = new SimulatedFeed({
      instruments: [instrument('AAPL', 'us_equity'), instrument('BTC/USD', 'always')], seed: 1, tickMs: 1000, clock: () => NOON, wait: () => () => {},
    });
    const market = new Market({
      feed, config: { interval: '1m', intervals: ['1m', '5m'], keepCandles: 600 }, events: { price: () => {}, closed: () => {}, ended: () => {}, error: () => {} },
    });
    await market.start();
    const module = await Test.createTestingModule({ controllers: [MarketController], providers: [{ provide: Market, useValue: market }] }).compile();
    app = module.createNestApplication({ logger: false });
    app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  const get = async (path: string): Promise<{ status: number; body: any }> => { // eslint-disable-line @typescript-eslint/no-explicit-any
    const response = await fetch(`${url}/api/${path}`);
    return { status: response.status, body: await response.json() };
  };

  it('lists symbols', async () => {
    const { body } = await get('symbols');
    expect(body.next).toBeNull();
    expect(body.items[1]).toEqual({
      symbol: 'BTC/USD', name: 'The BTC/USD', asset_class: 'crypto', currency: 'USD', hours: 'always', tick_size: 0.01, lot_size: 1,
      interval: '1m', intervals: ['1m', '5m'], price: expect.any(Number), change_pct: expect.any(Number), source: 'simulated',
    });
  });

  it('gives last prices as a plain array, of some or all symbols', async () => {
    expect((await get('market/prices')).body.map(({ symbol }: { symbol: string }) => symbol)).toEqual(['AAPL', 'BTC/USD']);
    const { body } = await get('market/prices?symbols=btcusd');
    expect(body).toEqual([{
      symbol: 'BTC/USD', price: expect.any(Number), volume: 0, change_pct: expect.any(Number), source: 'simulated', timestamp: '2026-02-03T12:00:00.000Z',
    }]);
  });

  it('pages candles back in time', async () => {
    const first = (await get('market/candles?symbol=AAPL&limit=3')).body;
    expect(first.items.map(({ time }: { time: string }) => time)).toEqual(['2026-02-03T11:57:00.000Z', '2026-02-03T11:58:00.000Z', '2026-02-03T11:59:00.000Z']);
    expect(Object.keys(first.items[0])).toEqual(['time', 'open', 'high', 'low', 'close', 'volume']);
    const second = (await get(`market/candles?symbol=AAPL&interval=1m&limit=3&before=${first.next}`)).body;
    expect(second.items.at(-1).time).toBe('2026-02-03T11:56:00.000Z');
    expect((await get('market/candles?symbol=BTC/USD&interval=5m')).body.items).toHaveLength(50);
  });

  it('gives indicators and structure with times in ISO-8601', async () => {
    const { items, next } = (await get('market/indicators?symbol=AAPL&limit=2')).body;
    expect([items.length, next]).toEqual([2, null]);
    expect(items[1]).toMatchObject({ time: '2026-02-03T11:59:00.000Z', sma50: expect.any(Number), macd_hist: expect.any(Number), vwap: expect.any(Number) });
    const { body } = await get('market/structure?symbol=AAPL&interval=1m');
    expect(body).toMatchObject({ symbol: 'AAPL', interval: '1m', next: null });
    expect(body.items.length).toBeGreaterThan(5);
    for (const event of body.items) expect([event.time, event.confirmed_at].every((time) => new Date(time).toISOString() === time)).toBe(true);
  });

  it.each([
    'market/candles', 'market/candles?symbol=%20', 'market/candles?symbol=AAPL&limit=0', 'market/candles?symbol=AAPL&limit=501', 'market/candles?symbol=AAPL&limit=x',
    'market/candles?symbol=AAPL&interval=2m', 'market/candles?symbol=AAPL&before=yesterday', 'market/candles?symbol=AAPL&before=2026-02-03T12:00:00',
    'market/prices?symbols=', 'market/prices?symbols=AAPL,*', 'market/structure?symbol=AAAAAAAAAAAAAAAAAAAAA', 'market/indicators?symbol=AAPL&symbol=SPY',
  ])('refuses %s', async (path) => {
    expect((await get(path)).status).toBe(400);
  });
});
