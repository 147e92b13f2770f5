import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { ConfiguredInstrument } from '../config/config.js';
import type { Candle } from '../model/candle.js';
import { INTERVALS } from '../model/interval.js';
import type { PriceUpdate } from '../model/price-update.js';
import { Feed } from './feeds/feed.js';
import { ReplayFeed } from './feeds/replay.js';
import { SimulatedFeed } from './feeds/simulated.js';
import { Market } from './market.js';

const instrument = (symbol: string, assetClass: 'equity' | 'crypto'): ConfiguredInstrument => ({
  symbol, name: symbol, assetClass, currency: 'USD', hours: assetClass === 'crypto' ? 'always' : 'us_equity', tickSize: 0.01, lotSize: assetClass === 'crypto' ? 0.001 : 1, sources: {}, listed: true,
});
const INSTRUMENTS = [instrument('AAPL', 'equity'), instrument('BTC/USD', 'crypto')];
const CONFIG = { interval: '1m', intervals: ['1m', '5m', '1h'], keepCandles: 600 } as const;
const START = Date.parse('2026-02-03T12:00:30.400Z');

/** A simulated market whose time goes where the test says. */
async function simulated(at = START, seed = 1) {
  const time = { now: at };
  let due = { at: Infinity, then: (): void => {} };
  const feed = new SimulatedFeed({
    instruments: INSTRUMENTS, seed, tickMs: 1000, clock: () => time.now,
    wait: (ms, then) => {
      const mine = (due = { at: time.now + ms, then });
      return () => { if (due === mine) due = { at: Infinity, then }; };
    },
  });
  const prices: { update: PriceUpdate; at: number }[] = [];
  const closed: { symbol: string; interval: string; candle: Candle }[] = [];
  const errors: unknown[] = [];
  const market = new Market({
    feed, config: CONFIG,
    events: {
      price: (update, when) => prices.push({ update, at: when }),
      closed: (symbol, interval, candle) => { closed.push({ symbol, interval, candle }); },
      ended: () => {}, error: (error) => errors.push(error),
    },
  });
  await market.start();
  const runTo = (end: number): void => {
    while (due.at <= end) {
      time.now = due.at;
      due.then();
    }
    time.now = end;
  };
  return { market, feed, prices, closed, errors, runTo };
}

describe('the market on a feed that ticks', () => {
  it('begins with 500 closed candles and continues them without a hole, equal to what another process knows', async () => {
    const { market, runTo, closed, prices } = await simulated();
    expect(await market.candles('AAPL', undefined, 600)).toHaveLength(600); // what is older than the ring comes from the feed
    expect(market.view('AAPL').candles).toHaveLength(200);
    expect(market.lastPrice('AAPL')!.timestamp).toBe(new Date(START).toISOString()); // of the candle under way: nobody trades on an old price
    runTo(START + 300_000);
    expect(closed.filter(({ symbol }) => symbol === 'AAPL').map(({ candle }) => new Date(candle.time).toISOString().slice(11, 16)))
      .toEqual(['12:00', '12:01', '12:02', '12:03', '12:04']);
    expect(prices).toHaveLength(2 * 300);
    const later = await simulated(START + 300_000);
    later.runTo(START + 301_000);
    runTo(START + 301_000);
    for (const symbol of ['AAPL', 'BTC/USD']) {
      expect(later.market.view(symbol).candles).toEqual(market.view(symbol).candles);
      expect(later.market.view(symbol).price).toBe(market.view(symbol).price);
    }
    await market.stop();
  });

  it('gives views that are frozen and that later candles do not change', async () => {
    const { market, runTo } = await simulated();
    runTo(START + 1_000);
    const view = market.view('AAPL');
    expect(market.view('aapl')).toBe(view);
    const copy = structuredClone({ ...view, instrument: null });
    for (const part of [view, view.candles, view.candles[0], view.indicators, view.structure]) expect(Object.isFrozen(part)).toBe(true);
    runTo(START + 5_000);
    expect(market.view('AAPL')).not.toBe(view);
    expect(market.view('AAPL').candles).toBe(view.candles);
    runTo(START + 600_000);
    expect({ ...view, instrument: null }).toEqual(copy);
    const now = market.view('AAPL');
    expect(now.candles.at(-1)!.knownAt).toBeLessThanOrEqual(now.asOf);
    expect(now.previous!.time).toBe(now.candles.at(-2)!.time);
    expect(now.indicators!.time).toBe(now.candles.at(-1)!.time);
    expect(now).toMatchObject({ interval: '1m', source: 'simulated', asOf: START - 400 + 600_000 });
  });

  it('loads another interval when it is first asked for, and keeps it up to date, also while it loads', async () => {
    const { market, feed, runTo } = await simulated();
    runTo(START + 5_000);
    const loading = market.candles('BTC/USD', '5m', 500);
    // of a moment that the candle under way covers already
    market.tick({ symbol: 'BTC/USD', price: 1e9, volume: 1, time: START - 400 + 5_000 });
    runTo(START + 20_000);
    expect(await loading).toHaveLength(500);
    runTo(START + 900_000);
    const fives = await market.candles('BTC/USD', '5m', 3);
    expect(fives.map(({ time }) => new Date(time).toISOString().slice(11, 16))).toEqual(['12:00', '12:05', '12:10']);
    for (const five of fives) {
      const ones = await feed.history('BTC/USD', '1m', 5, five.knownAt);
      expect(five).toMatchObject({ open: ones[0]!.open, close: ones[4]!.close, high: Math.max(...ones.map((one) => one.high)), low: Math.min(...ones.map((one) => one.low)) });
    }
    expect((await market.indicators('BTC/USD', '5m', 500)).at(-1)).toMatchObject({ time: fives[2]!.time, rsi14: expect.any(Number) });
    expect((await market.structure('BTC/USD', '5m'))!.events.length).toBeGreaterThan(0);
  });

  it('pages back in time', async () => {
    const { market } = await simulated();
    const newest = await market.candles('AAPL', '1m', 400);
    const older = await market.candles('AAPL', '1m', 400, newest[0]!.time);
    expect(older).toHaveLength(400);
    const all = [...older, ...newest].map(({ time }) => time);
    expect(all).toEqual(Array.from({ length: 800 }, (_, at) => all[0]! + at * 60_000));
  });

  it('finds symbols by any spelling and suggests close ones', async () => {
    const { market } = await simulated();
    expect(market.instrument('btc-usd').symbol).toBe('BTC/USD');
    expect(market.lastPrice('btc_usd')!.symbol).toBe('BTC/USD');
    expect(() => market.view('APPL')).toThrow(expect.objectContaining({ code: 'UNKNOWN_SYMBOL', message: 'No feed knows APPL: did you mean AAPL?' }));
    expect(() => market.view('ZZZZZ')).toThrow(expect.objectContaining({ code: 'UNKNOWN_SYMBOL', message: expect.stringContaining('/api/symbols') }));
    await expect(market.candles('AAPL', '4h', 5)).rejects.toMatchObject({ code: 'VALIDATION_ERROR', message: expect.stringContaining('1m, 5m, 1h') });
  });

  it('knows how old its prices are and refuses what is none', async () => {
    const { market, runTo, prices } = await simulated();
    runTo(START + 10_100);
    const said = prices.length;
    expect([market.age('AAPL'), market.lastTickAt, market.now()]).toEqual([500, START - 400 + 10_000, START + 10_100]);
    const before = market.lastPrice('AAPL');
    const time = market.now();
    for (const price of [0, -1, Number.NaN, Infinity]) market.tick({ symbol: 'AAPL', price, volume: 1, time });
    market.tick({ symbol: 'NOPE', price: 1, volume: 1, time });
    market.tick({ symbol: 'AAPL', price: 1, volume: 1, time: time - 3_600_000 });
    expect(market.dropped).toBe(6);
    expect(prices).toHaveLength(said);
    expect(market.lastPrice('AAPL')).toEqual(before);
    expect(before).toEqual({
      symbol: 'AAPL', price: expect.any(Number), volume: expect.any(Number), change_pct: expect.any(Number), source: 'simulated', timestamp: '2026-02-03T12:00:40.000Z',
    });
  });

  it('survives a handler that throws, and reports it', async () => {
    const { market, errors, runTo, prices } = await simulated();
    const push = prices.push.bind(prices);
    prices.push = () => { throw new Error('handler'); };
    runTo(START + 1_000);
    prices.push = push;
    runTo(START + 2_000);
    expect(errors).toEqual([new Error('handler'), new Error('handler')]);
    expect(prices).toHaveLength(2);
    await market.stop();
  });
});

describe('the market on a feed of candles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'market-spec-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('keeps the interval of the file, says prices, and waits for what candles cause', async () => {
    const path = join(folder, 'x.csv');
    const rows = Array.from({ length: 5 }, (_, at) => `2022-01-0${at + 3}T00:00:00Z,10,12,9,${10 + at / 2},5`);
    writeFileSync(path, ['timestamp,open,high,low,close,volume', ...rows].join('\n'));
    const log: string[] = [];
    const spy = { ...instrument('SPY', 'equity'), sources: { replay: { timestamps: 'session_date', volume: 'base' } } } as const;
    const feed = new ReplayFeed({ instruments: [spy], files: new Map([['SPY', path]]), loop: false, speed: 0, onBadRow: () => {}, onError: () => {} });
    let over = (): void => {};
    const ended = new Promise<void>((resolve) => { over = resolve; });
    const market: Market = new Market({
      feed, config: CONFIG,
      events: {
        price: ({ price, change_pct, timestamp }) => log.push(`${price} ${change_pct} ${timestamp}`),
        closed: async (symbol, interval) => {
          log.push(`closed ${symbol} ${interval} ${market.view('SPY').candles.length}`);
          await new Promise((resolve) => setImmediate(resolve));
          if (log.length === 4) throw new Error('its run failed');
        },
        ended: over, error: (error) => log.push((error as Error).message),
      },
    });
    await market.start();
    await ended;
    expect(log.slice(0, 5)).toEqual([
      '10 0 2022-01-03T21:00:00.000Z', 'closed SPY 1d 1', '10.5 5 2022-01-04T21:00:00.000Z', 'closed SPY 1d 2', 'its run failed',
    ]);
    expect([market.ended, market.interval('SPY'), market.intervals('SPY'), market.ownInterval('SPY')]).toEqual([true, '1d', ['1d'], '1d']);
    expect(market.view('SPY')).toMatchObject({ price: 12, source: 'replay', asOf: Date.parse('2022-01-07T21:00:00Z') });
    for (const interval of INTERVALS.filter((each) => each !== '1d')) {
      await expect(market.candles('SPY', interval, 5)).rejects.toMatchObject({ code: 'VALIDATION_ERROR', message: expect.stringContaining('1d') });
    }
    expect(await market.candles('SPY', '1d', 3)).toHaveLength(3);
    await market.stop();
  });
});

/** Ticks without any past. */
class BareFeed extends Feed {
  readonly name = 'bare';
  readonly instruments = [instrument('AAPL', 'equity')];
  ownInterval(): null { return null; }
  now(): number { return START; }
  async history(): Promise<readonly Candle[]> { return []; }
  async start(): Promise<void> {}
  async stop(): Promise<void> {}
}

describe('the market on a feed without a past', () => {
  it('says that it is not ready, and then shows only candles that it saw from their beginning', async () => {
    const closed: Candle[] = [];
    const market = new Market({
      feed: new BareFeed(), config: CONFIG,
      events: { price: () => {}, closed: (_symbol, _interval, candle) => { closed.push(candle); }, ended: () => {}, error: () => {} },
    });
    await market.start();
    expect([market.lastPrice('AAPL'), market.age('AAPL'), market.lastTickAt]).toEqual([null, null, null]);
    expect(() => market.view('AAPL')).toThrow(expect.objectContaining({ code: 'NOT_READY' }));
    expect(await market.candles('AAPL', '1m', 5)).toEqual([]);
    for (const [seconds, price] of [[10, 5], [40, 6], [100, 7]] as const) market.tick({ symbol: 'AAPL', price, volume: 1, time: START + seconds * 1000 });
    expect(closed.map(({ time, close }) => [new Date(time).toISOString(), close])).toEqual([['2026-02-03T12:01:00.000Z', 6]]);
    expect(market.view('AAPL')).toMatchObject({ price: 7, source: 'bare', candles: [closed[0]] });
  });
});
