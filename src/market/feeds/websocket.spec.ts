import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocketServer, type WebSocket } from 'ws';
import { instrumentOf } from '../../../test/support/hand-feed.js';
import { until } from '../../../test/support/until.js';
import type { Candle, Tick } from '../../model/candle.js';
import type { PriceUpdate } from '../../model/price-update.js';
import { Market } from '../market.js';
import type { Wait } from './wait.js';
import { WebSocketFeed, type WebSocketFeedOptions } from './websocket.js';

const NOW = Date.parse('2026-02-03T12:00:00Z');
const MINUTE = 60_000;

/** A server that says what it is told, over real sockets; timers of the feed fire by hand. */
let server: WebSocketServer;
let sockets: WebSocket[];
let pings: number;
let feed: WebSocketFeed;
let due: { ms: number; then: () => void } | null;
let now: number;
let ticks: Tick[];
let lines: Parameters<WebSocketFeedOptions['onLine']>[0][];
let unusable: Parameters<WebSocketFeedOptions['onUnusable']>[0][];

const wait: Wait = (ms, then) => {
  const mine = (due = { ms, then });
  return () => { if (due === mine) due = null; };
};
const fire = (): void => {
  const { then } = due!;
  due = null;
  then();
};
const listen = async (port = 0, autoPong = true): Promise<number> => {
  server = new WebSocketServer({ port, host: '127.0.0.1', autoPong });
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('ping', () => { pings += 1; });
    socket.on('error', () => undefined);
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
const down = async (): Promise<void> => {
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
};
const make = (port: number): WebSocketFeed => (feed = new WebSocketFeed({
  instruments: [instrumentOf('AAPL'), instrumentOf('BTC/USD')], url: `ws://user:hunter2@127.0.0.1:${port}/ticks?token=hunter2`, wait, clock: () => now, random: () => 0.5, beatMs: 10,
  onLine: (line) => lines.push(line), onUnusable: (each) => unusable.push(each),
}));
const start = (): Promise<void> => feed.start({ tick: (tick) => ticks.push(tick), candle: async () => undefined, ended: () => undefined });
const connected = (count: number): Promise<unknown> => until(() => sockets.length === count && feed.line().connected, `connection ${count}`);
const say = (symbol: string, price: number, timestamp: number | string = now, more: object = {}): void => sockets.at(-1)!.send(JSON.stringify({ symbol, price, volume: 1, timestamp, ...more }));

beforeEach(() => {
  [sockets, pings, due, now, ticks, lines, unusable] = [[], 0, null, NOW, [], [], []];
});
afterEach(async () => {
  await feed?.stop();
  await down();
});

describe('the feed of an outside stream', () => {
  it('says the ticks of listed symbols in any spelling, and counts the others', async () => {
    const port = await listen();
    await make(port).start({ tick: (tick) => ticks.push(tick), candle: async () => undefined, ended: () => undefined });
    await connected(1);
    expect(feed.name).toBe(`ws:127.0.0.1:${port}`);
    say('aapl', 150);
    say('DOGE', 1);
    say('btc-usd', 50_000, NOW - 1);
    await until(() => ticks.length === 2);
    expect(ticks).toEqual([{ symbol: 'AAPL', price: 150, volume: 1, time: NOW }, { symbol: 'BTC/USD', price: 50_000, volume: 1, time: NOW - 1 }]);
    expect(feed.line()).toEqual({ connected: true, badFrames: 0, unknownSymbols: 1 });
    expect(unusable).toMatchObject([{ what: '"DOGE" is not among SYMBOLS', total: 1 }]);
    expect(JSON.stringify([lines, unusable])).not.toContain('hunter2');
    await expect(start()).rejects.toThrow(/runs already/);
  });

  it('goes on through garbage, reports twenty of it and then at each tenfold', async () => {
    make(await listen());
    await start();
    await connected(1);
    for (let at = 0; at < 1000; at++) sockets[0]!.send(at % 3 === 0 ? Buffer.from([0xc3, 0x28, 0x00]) : at % 3 === 1 ? '{"symbol":"AAPL","price":-1}' : '}{');
    say('AAPL', 150);
    await until(() => ticks.length === 1);
    expect(feed.line()).toEqual({ connected: true, badFrames: 1000, unknownSymbols: 0 });
    expect(unusable.map(({ total }) => total)).toEqual([...Array.from({ length: 20 }, (_, at) => at + 1), 100, 1000]);
    expect(sockets).toHaveLength(1);
  });

  it('comes back after the line was cut, later each time until there is a price, and after a frame that is too large', async () => {
    const port = await listen();
    make(port);
    await start();
    await connected(1);
    say('AAPL', 150);
    await until(() => ticks.length === 1);
    await down();
    for (const retryMs of [375, 750, 1500, 3000, 6000, 12_000, 22_500, 22_500]) {
      await until(() => lines.at(-1)?.retryMs === retryMs && due?.ms === retryMs);
      expect(feed.line().connected).toBe(false);
      if (retryMs < 22_500) fire();
      else break;
    }
    expect(lines.at(-1)).toMatchObject({ connected: false, why: expect.stringMatching(/ECONNREFUSED/) });
    await listen(port);
    fire();
    await connected(2);
    say('AAPL', 151);
    await until(() => ticks.length === 2);
    sockets[1]!.send(JSON.stringify([{ symbol: 'x'.repeat(300_000) }]));
    await until(() => due?.ms === 375);
    expect(lines.at(-1)!.why).toMatch(/payload/i);
    fire();
    await connected(3);
  });

  it('makes a line anew that gives no sign of life, or no price for long; pongs keep one that is merely quiet', async () => {
    const port = await listen(0, false); // a server that is there and answers no ping
    make(port);
    await start();
    await connected(1);
    for (let beat = 1; beat <= 3; beat++) {
      fire();
      if (beat < 3) await until(() => pings === beat);
    }
    await until(() => lines.at(-1)?.why === 'it gave no sign of life');
    await down();
    pings = 0;
    await listen(port);
    fire();
    await connected(2);
    for (let beat = 1; beat <= 6; beat++) {
      fire();
      await until(() => pings === beat); // its pong is written by then, and nothing else is said
    }
    expect(feed.line().connected).toBe(true);
    fire();
    await until(() => lines.at(-1)?.why === 'it said no usable price for too long');
  });

  it('lets market time go on while the stream is frozen, and never back', async () => {
    make(await listen());
    await start();
    await connected(1);
    say('AAPL', 150, NOW + 4000);
    await until(() => ticks.length === 1);
    expect(feed.now()).toBe(NOW + 4000);
    now = NOW + 1000;
    expect(feed.now()).toBe(NOW + 4000);
    now = NOW + 90_000;
    expect(feed.now()).toBe(NOW + 90_000);
  });

  it('gives other work its turn during a flood, and loses nothing of it', async () => {
    make(await listen());
    await start();
    await connected(1);
    const frame = JSON.stringify(Array.from({ length: 2000 }, (_, at) => ({ symbol: 'AAPL', price: 100 + at, volume: 1, timestamp: NOW })));
    for (let at = 0; at < 100; at++) sockets[0]!.send(frame);
    let turns = 0;
    let most = 0;
    let last = performance.now();
    while (ticks.length < 200_000) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
      most = Math.max(most, performance.now() - last);
      last = performance.now();
    }
    expect(turns).toBeGreaterThan(10);
    expect(most).toBeLessThan(1000);
  });

  it('can be stopped while it waits, connects or talks, and started again', async () => {
    const port = await listen();
    make(port);
    await start();
    await feed.stop(); // while it connects
    await start();
    await until(() => feed.line().connected);
    await feed.stop();
    expect(due).toBeNull();
    await until(() => server.clients.size === 0);
    await start();
    await until(() => feed.line().connected);
    say('AAPL', 1);
    await until(() => ticks.length === 1);
    for (const socket of server.clients) socket.terminate();
    await until(() => due?.ms === 375);
    await feed.stop();
    expect(due).toBeNull();
  });

  it('makes candles in a market, of whole minutes only, and the source says that prices are made up', async () => {
    const port = await listen();
    const closed: Candle[] = [];
    const prices: PriceUpdate[] = [];
    const market = new Market({
      feed: make(port), config: { interval: '1m', intervals: ['1m'], keepCandles: 100 },
      events: { price: (update) => prices.push(update), closed: (_symbol, _interval, candle) => void closed.push(candle), ended: () => undefined, error: (error) => { throw error; } },
    });
    now = NOW + 20_000;
    await market.start();
    await connected(1);
    expect(market.lastTickAt).toBeNull();
    for (const [at, price] of [10, 11, 12, 9, 10, 20].entries()) {
      now = NOW + 20_000 + at * 30_000;
      say('AAPL', price, now, { source: 'simulated' });
      await until(() => prices.length === at + 1);
    }
    now += 1000;
    say('AAPL', 99, NOW + MINUTE); // of a candle that has closed
    say('BTC/USD', 1);
    await until(() => market.lastPrice('BTC/USD'));
    expect(closed).toEqual([{ time: NOW + MINUTE, knownAt: NOW + 2 * MINUTE, open: 12, high: 12, low: 9, close: 9, volume: 2 }]);
    expect(new Set(prices.map(({ source }) => source))).toEqual(new Set([`ws:127.0.0.1:${port}:simulated`]));
    expect(market.dropped).toBe(1);
    now += 30_000;
    expect(market.age('AAPL')).toBe(31_000);
  });
});
