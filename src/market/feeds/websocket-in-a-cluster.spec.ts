import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { WebSocketServer } from 'ws';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { instrumentOf } from '../../../test/support/hand-feed.js';
import { MemoryExchange } from '../../../test/support/memory-channels.js';
import { until } from '../../../test/support/until.js';
import type { Candle } from '../../model/candle.js';
import { LeaseKeeper } from '../../storage/lease-keeper.js';
import { Leases } from '../../storage/leases.js';
import { Market } from '../market.js';
import { ClusterFeed, FEED_LEASE } from './cluster-feed.js';
import { WebSocketFeed } from './websocket.js';

const START = Date.parse('2026-02-03T12:00:00Z');
const MINUTE = 60_000;
let now = START - 1000;
let db: FreshDatabase;
let stream: WebSocketServer;
let nodes: Node[] = [];
beforeAll(async () => {
  db = await freshSqlite();
  stream = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(stream, 'listening');
});
afterEach(async () => {
  await Promise.all(nodes.map(({ market }) => market.stop()));
});
afterAll(async () => {
  await new Promise((resolve) => stream.close(resolve));
  await db.drop();
});

interface Node {
  readonly feed: ClusterFeed;
  readonly market: Market;
  readonly candles: Candle[];
  readonly errors: unknown[];
}

async function node(name: string, exchange: MemoryExchange): Promise<Node> {
  const leases = new Leases(db);
  const [candles, errors]: [Candle[], unknown[]] = [[], []];
  const inner = new WebSocketFeed({
    instruments: [instrumentOf('AAPL')], url: `ws://127.0.0.1:${(stream.address() as AddressInfo).port}`, clock: () => now,
    onUnusable: (unusable) => errors.push(unusable), onLine: () => undefined,
  });
  const feed = new ClusterFeed({
    inner, channels: exchange.join(), node: name, heartbeatMs: 20, onError: (error) => errors.push(error), termNow: () => leases.term(FEED_LEASE),
    keeper: new LeaseKeeper({ leases, name: FEED_LEASE, holder: name, ttlMs: 60_000, renewMs: 20, marginMs: 5000, onError: (error) => errors.push(error) }),
  });
  const market = new Market({
    feed, config: { interval: '1m', intervals: ['1m'], keepCandles: 100 },
    events: { price: () => undefined, closed: (_symbol, _interval, candle) => void candles.push(candle), ended: () => undefined, error: (error) => errors.push(error) },
  });
  await market.start();
  return { feed, market, candles, errors };
}

async function say(prices: readonly (readonly [second: number, price: number])[]): Promise<void> {
  for (const [second, price] of prices) {
    now = Math.max(now, START + second * 1000);
    for (const client of stream.clients) client.send(JSON.stringify({ symbol: 'AAPL', price, volume: 1, timestamp: START + second * 1000, source: 'simulated' }));
    await until(() => nodes.every(({ market }) => market.lastPrice('AAPL')?.price === price), `${price} is everywhere`);
  }
}

it('one node listens to the stream, all have its prices, candles and source, and another takes over where it goes', async () => {
  const exchange = new MemoryExchange();
  nodes = [await node('a', exchange), await node('b', exchange), await node('c', exchange)];
  const leader = await until(() => nodes.find(({ feed }) => feed.line()?.connected), 'somebody listens');
  expect(stream.clients.size).toBe(1);
  expect(nodes.filter(({ feed }) => feed.line() !== null)).toEqual([leader]);

  // also two in one millisecond
  await say([[1, 100], [1, 101], [30, 110], [59, 105], [61, 106], [61, 107], [121, 108]]);
  for (const { candles, market, errors } of nodes) {
    expect(candles).toEqual([
      { time: START, knownAt: START + MINUTE, open: 100, high: 110, low: 100, close: 105, volume: 4 },
      { time: START + MINUTE, knownAt: START + 2 * MINUTE, open: 106, high: 107, low: 106, close: 107, volume: 2 },
    ]);
    expect(market.source).toMatch(/^ws:127\.0\.0\.1:\d+:simulated$/);
    expect(market.lastPrice('AAPL')!.source).toBe(market.source);
    expect(errors).toEqual([]);
  }

  await leader.market.stop();
  nodes = nodes.filter((each) => each !== leader);
  const next = await until(() => nodes.find(({ feed }) => feed.line()?.connected), 'another listens');
  expect(next).not.toBe(leader);
  await until(() => stream.clients.size === 1);
  await say([[150, 120], [181, 121]]);
  for (const { candles, market } of nodes) {
    expect(candles.at(-1)).toEqual({ time: START + 2 * MINUTE, knownAt: START + 3 * MINUTE, open: 108, high: 120, low: 108, close: 120, volume: 2 });
    expect(market.source).toMatch(/:simulated$/);
    expect(market.now()).toBe(now);
  }
});
