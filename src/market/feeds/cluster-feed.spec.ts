import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConfiguredInstrument } from '../../config/config.js';
import type { Candle } from '../../model/candle.js';
import type { PriceUpdate } from '../../model/price-update.js';
import { LeaseKeeper } from '../../storage/lease-keeper.js';
import { Leases } from '../../storage/leases.js';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { MemoryExchange } from '../../../test/support/memory-channels.js';
import { until } from '../../../test/support/holds.js';
import { Market } from '../market.js';
import { ClusterFeed, FEED_LEASE } from './cluster-feed.js';
import type { MarketBatch } from './market-batch.js';
import { ReplayFeed } from './replay.js';
import { SimulatedFeed } from './simulated.js';

const instrument = (symbol: string): ConfiguredInstrument => ({
  symbol, name: symbol, assetClass: 'crypto', currency: 'USD', hours: 'always', tickSize: 0.01, lotSize: 0.001, sources: {}, listed: true,
});
const INSTRUMENTS = [instrument('AAPL'), instrument('BTC/USD')];
const START = Date.parse('2026-02-03T12:00:30.400Z');
const MINUTE = 60_000;
const TTL = 60_000;

let db: FreshDatabase;
let leases: Leases;
beforeAll(async () => {
  db = await freshSqlite();
  leases = new Leases(db);
});
afterAll(() => db.drop());
beforeEach(async () => { await db.kysely.deleteFrom('leases').execute(); });

interface TestNode {
  readonly name: string;
  readonly feed: ClusterFeed;
  readonly market: Market;
  readonly channels: ReturnType<MemoryExchange['join']>;
  readonly prices: readonly (PriceUpdate & { at: number })[];
  readonly candles: readonly { readonly symbol: string; readonly candle: Candle }[];
  readonly errors: readonly unknown[];
  readonly ended: readonly string[];
  considered(by: (symbol: string, candle: Candle) => void | Promise<void>): void;
  /** What the node does at each price. */
  priced(by: (update: PriceUpdate) => void): void;
  due(): number;
  fire(): void;
  /** SIGSTOP for longer than the lease lasts, as its own clock will tell. */
  stop(): void;
  /** So long that its lease lapses, between one thing that it does and the next; it gets no new one before `goOn`. */
  sleep(): void;
  /** SIGCONT. */
  goOn(): void;
}

/** Several nodes in one process. Market time is one clock that the test moves; a node that is stopped has no timers and hears nothing. */
class Cluster {
  readonly exchange = new MemoryExchange();
  readonly nodes: TestNode[] = [];
  now = START;
  private made = 0;

  async node({ market = true, replay = null as Map<string, string> | null, speed = 0 } = {}): Promise<TestNode> {
    const name = `node${++this.made}`;
    let due = { at: Infinity, then: (): void => {} };
    const self = { jump: 0, stopped: false };
    const wait = (ms: number, then: () => void) => {
      const mine = (due = { at: this.now + ms, then });
      return () => { if (due === mine) due = { at: Infinity, then }; };
    };
    const inner = replay
      ? new ReplayFeed({ instruments: INSTRUMENTS, files: replay, loop: false, speed, onBadRow: () => {}, onError: (error) => errors.push(error) })
      : new SimulatedFeed({ instruments: INSTRUMENTS, seed: 1, tickMs: 1000, clock: () => this.now, wait });
    const channels = this.exchange.join();
    const [prices, candles, errors, ended] = [[] as (PriceUpdate & { at: number })[], [] as { symbol: string; candle: Candle }[], [] as unknown[], [] as string[]];
    let consider: (symbol: string, candle: Candle) => void | Promise<void> = () => {};
    let see: (update: PriceUpdate) => void = () => {};
    const feed = new ClusterFeed({
      inner, channels, node: name, heartbeatMs: 20,
      keeper: market
        ? new LeaseKeeper({ leases: whileRunning(self), name: FEED_LEASE, holder: name, ttlMs: TTL, renewMs: 20, marginMs: 5000, clock: () => performance.now() + self.jump, onError: (error) => errors.push(error) })
        : null,
      termNow: () => leases.term(FEED_LEASE),
      onError: (error) => errors.push(error),
    });
    const made = new Market({
      feed, config: { interval: '1m', intervals: ['1m', '5m'], keepCandles: 600 },
      events: {
        price: (update, at) => {
          prices.push({ ...update, at });
          see(update);
        },
        closed: (symbol, _interval, candle) => {
          candles.push({ symbol, candle });
          return consider(symbol, candle);
        },
        ended: () => { ended.push(name); }, error: (error) => { errors.push(error); },
      },
    });
    await made.start();
    const node: TestNode = {
      name, feed, market: made, channels, prices, candles, errors, ended,
      considered: (by) => { consider = by; },
      priced: (by) => { see = by; },
      due: () => (self.stopped ? Infinity : due.at),
      fire: () => due.then(),
      stop: () => { self.stopped = true; channels.away = true; },
      sleep: () => {
        self.jump += TTL;
        self.stopped = true;
      },
      goOn: () => {
        self.jump += TTL;
        self.stopped = false;
        channels.away = false;
      },
    };
    this.nodes.push(node);
    return node;
  }

  /** All nodes see time pass, in turns, so that who leads is found out. */
  async runTo(end: number): Promise<void> {
    for (;;) {
      const next = Math.min(...this.nodes.map(({ due }) => due()));
      if (next > end) break;
      this.now = next;
      for (const { due, fire } of this.nodes) if (due() <= next) fire();
      await Promise.resolve(); // the round is published
    }
    this.now = end;
    await until('everyone has heard', () => {
      const at = this.nodes.filter(({ channels }) => !channels.away).map(({ market }) => market.lastTickAt);
      return new Set(at).size === 1;
    });
  }

  async leader() {
    const running = () => this.nodes.find(({ feed, due }) => due() < Infinity && feed.leads());
    await until('somebody leads, and its feed runs', running);
    return running()!;
  }

  /** The lease of a leader that is gone lapses now. */
  lapse(): Promise<unknown> {
    return db.kysely.updateTable('leases').set({ expires_at: 1 }).execute();
  }

  async end(): Promise<void> {
    for (const { goOn } of this.nodes) goOn();
    await Promise.all(this.nodes.map(({ market }) => market.stop()));
  }
}

let cluster: Cluster;
beforeEach(() => { cluster = new Cluster(); });
afterEach(() => cluster.end());

/** The leases, for a process that may be stopped: what it asks is not heard before it goes on. */
function whileRunning(self: { readonly stopped: boolean }): Pick<Leases, 'acquire' | 'renew' | 'release'> {
  const running = () => until('it goes on', () => !self.stopped);
  return {
    acquire: async (...all) => running().then(() => leases.acquire(...all)),
    renew: async (...all) => running().then(() => leases.renew(...all)),
    release: async (...all) => running().then(() => leases.release(...all)),
  };
}

/** What a node's analysts see of a symbol. */
const known = ({ market }: TestNode) =>
  INSTRUMENTS.map(({ symbol }) => ({ ...market.view(symbol), instrument: null }));

describe('the nodes of a cluster on a feed that ticks', () => {
  it('hear one leader, and have the same candles, indicators and prices', async () => {
    const [a, b, c] = [await cluster.node(), await cluster.node(), await cluster.node({ market: false })];
    expect(await cluster.leader()).toBe(a);
    await cluster.runTo(START + 5 * MINUTE);
    expect(a.candles).toHaveLength(10);
    for (const other of [b, c]) {
      expect(other.feed.leads()).toBe(false);
      expect(other.prices).toEqual(a.prices);
      expect(other.candles).toEqual(a.candles);
      expect(known(other)).toEqual(known(a));
      expect(other.errors).toEqual([]);
    }
    // a round of all symbols is one message
    const said = cluster.exchange.published.map(({ text }) => JSON.parse(text) as MarketBatch).filter(({ ticks }) => ticks);
    expect(said).toHaveLength(300);
    expect(said.every(({ ticks, term }) => ticks!.length === 2 && term === 1)).toBe(true);
  });

  it('equal one node alone', async () => {
    const [a] = [await cluster.node(), await cluster.node()];
    await cluster.leader();
    await cluster.runTo(START + 3 * MINUTE);
    const alone = new SimulatedFeed({ instruments: INSTRUMENTS, seed: 1, tickMs: 1000, clock: () => cluster.now });
    expect(a.market.view('AAPL').candles.slice(-3)).toEqual(await alone.history('AAPL', '1m', 3, cluster.now));
  });

  it('one that comes later, or was cut off for minutes, has what it missed', async () => {
    const [a, b] = [await cluster.node(), await cluster.node()];
    await cluster.leader();
    await cluster.runTo(START + MINUTE);
    b.channels.away = true;
    await cluster.runTo(START + 4 * MINUTE);
    b.channels.away = false;
    const late = await cluster.node();
    await cluster.runTo(START + 5 * MINUTE);
    expect(known(b)).toEqual(known(a));
    // what began later has other sums behind it, such as those of OBV
    for (const { symbol } of INSTRUMENTS) {
      expect(late.market.view(symbol).candles).toEqual(a.market.view(symbol).candles);
      expect(late.market.lastPrice(symbol)).toEqual(a.market.lastPrice(symbol));
    }
    expect([...b.errors, ...late.errors]).toEqual([]);
    expect(b.candles).toEqual(a.candles);
    expect(b.prices).toEqual(a.prices);
  });

  it('notice a lost word by the next sign of where the leader stands, without another price', async () => {
    const [a, b] = [await cluster.node(), await cluster.node()];
    await cluster.leader();
    b.channels.away = true;
    await cluster.runTo(START + MINUTE);
    b.channels.away = false;
    await until('it has healed', () => b.market.lastTickAt === a.market.lastTickAt);
    expect(known(b)).toEqual(known(a));
  });

  it('when the leader is gone another goes on where it was, and nobody hears anything twice or not at all', async () => {
    const [a, b, c] = [await cluster.node(), await cluster.node(), await cluster.node({ market: false })];
    await cluster.leader();
    await cluster.runTo(START + 90_000);
    a.stop();
    cluster.now += 7000; // nobody speaks
    await cluster.lapse();
    expect(await cluster.leader()).toBe(b);
    await cluster.runTo(START + 4 * MINUTE);
    expect(c.candles).toEqual(b.candles);
    expect(c.prices).toEqual(b.prices);
    expect(c.prices).toHaveLength(2 * 240);
    const alone = new SimulatedFeed({ instruments: INSTRUMENTS, seed: 1, tickMs: 1000, clock: () => cluster.now });
    expect(c.market.view('AAPL').candles.slice(-4)).toEqual(await alone.history('AAPL', '1m', 4, cluster.now));
    expect(JSON.parse(cluster.exchange.published.at(-1)!.text)).toMatchObject({ by: b.name, term: 2 });
  });

  it('a leader that was only stopped says nothing more to anybody, and follows', async () => {
    const [a, b] = [await cluster.node(), await cluster.node()];
    await cluster.leader();
    await cluster.runTo(START + 30_000);
    a.stop();
    const due = a.due;
    expect(due()).toBe(Infinity);
    await cluster.lapse();
    expect(await cluster.leader()).toBe(b);
    await cluster.runTo(START + 2 * MINUTE);
    const [heard, said] = [a.prices.length, cluster.exchange.published.length];
    a.goOn();
    a.fire(); // the timer that was due all the while is the first thing that it does
    expect(a.prices).toHaveLength(heard);
    expect(cluster.exchange.published).toHaveLength(said);
    expect(a.feed.leads()).toBe(false);
    await cluster.runTo(START + 3 * MINUTE);
    expect(a.candles).toEqual(b.candles);
    expect(known(a)).toEqual(known(b));
    expect(cluster.exchange.published.slice(said).filter(({ text }) => text.includes(a.name))).toEqual([]);
  });

  it('a leader that is stopped in the middle of a round says nothing of the rest, and hears it from the next', async () => {
    const [a, b] = [await cluster.node(), await cluster.node()];
    await cluster.leader();
    await cluster.runTo(START + 10_000);
    let [stopped, said] = [false, 0];
    a.priced(({ symbol }) => {
      if (stopped || symbol !== 'AAPL') return;
      stopped = true;
      said = cluster.exchange.published.length;
      a.sleep();
    });
    cluster.now = a.due();
    a.fire();
    expect(a.prices.slice(20).map(({ symbol }) => symbol)).toEqual(['AAPL']);
    await cluster.lapse();
    await until('the other leads', () => b.feed.leads() && b.due() < Infinity);
    a.goOn();
    await cluster.runTo(START + 2 * MINUTE);
    expect(cluster.exchange.published.slice(said).filter(({ text }) => text.includes(a.name))).toEqual([]);
    expect(a.candles).toEqual(b.candles);
    expect(known(a)).toEqual(known(b));
  });

  it('what comes under an old term is dropped, and a leader that hears a higher one ends', async () => {
    const [a, b] = [await cluster.node(), await cluster.node({ market: false })];
    await cluster.leader();
    await cluster.runTo(START + 10_000);
    const price = b.market.lastPrice('AAPL');
    const say = (term: number) => cluster.exchange.join().publish('market', JSON.stringify({
      by: 'elsewhere', term, after: cluster.now, upTo: cluster.now + 1000, ticks: [['AAPL', 1e6, 1, cluster.now + 1000]],
    }));
    say(0);
    expect(b.market.lastPrice('AAPL')).toBe(price);
    expect(b.feed.rejected).toBe(1);
    say(2);
    expect(a.feed.leads()).toBe(false);
    say(1);
    expect(b.feed.rejected).toBe(2);
  });

  it('a node that starts knows the term from the database, before it has heard any leader', async () => {
    for (const holder of ['x', 'y', 'z']) await leases.acquire(FEED_LEASE, holder, 0);
    await leases.acquire(FEED_LEASE, 'w', TTL);
    const b = await cluster.node({ market: false });
    cluster.exchange.join().publish('market', JSON.stringify({ by: 'x', term: 1, after: START, upTo: START + 1000, ticks: [['AAPL', 1e6, 1, START + 1000]] }));
    expect(b.feed.rejected).toBe(1);
  });

  it('nonsense on the channel changes nothing', async () => {
    const [a, b] = [await cluster.node(), await cluster.node()];
    await cluster.leader();
    const stranger = cluster.exchange.join();
    for (const text of ['', '{', '[]', 'null', '{"by":"x"}', '{"by":"x","term":9,"after":0,"upTo":null}']) stranger.publish('market', text);
    await cluster.runTo(START + 5000);
    expect(a.feed.leads()).toBe(true);
    expect(b.prices).toEqual(a.prices);
  });

  it('a leader that goes in order is followed at once', async () => {
    const [a, b] = [await cluster.node(), await cluster.node()];
    await cluster.leader();
    await a.market.stop();
    await until('the other leads', () => b.feed.leads());
  });
});

describe('the nodes of a cluster on a replayed file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-cluster-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, rows: number, from: number): string => {
    const path = join(folder, name);
    const lines = Array.from({ length: rows }, (_, at) => {
      const close = 100 + 10 * Math.sin(at / 7);
      return [new Date(from + at * MINUTE).toISOString(), close, close + 1, close - 1, close, 5].join(',');
    });
    writeFileSync(path, ['timestamp,open,high,low,close,volume', ...lines].join('\n'));
    return path;
  };
  const files = () => new Map([['AAPL', file('a.csv', 120, START - 400)], ['BTC/USD', file('b.csv', 90, START - 400)]]);

  it('the next candle waits until the leader has considered the last, and all have the same', async () => {
    const a = await cluster.node({ replay: files(), speed: 1e9 });
    let inHand = 0;
    a.considered(async () => {
      inHand += 1;
      expect(inHand).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      inHand -= 1;
    });
    const b = await cluster.node({ replay: files() });
    await until('it has ended everywhere', () => a.ended.length === 1 && b.ended.length === 1);
    expect(a.candles).toHaveLength(210);
    expect(b.candles).toEqual(a.candles);
    expect(known(b)).toEqual(known(a));
    expect(b.market.now()).toBe(a.market.now());
    const late = await cluster.node({ replay: files(), market: false });
    await until('one that comes after the end has all of it', () => late.ended.length === 1);
    expect(late.candles).toEqual(a.candles);
  });

  it('another leader goes on with the next candle', async () => {
    const a = await cluster.node({ replay: files() });
    let hold = (): void => {};
    a.considered(() => (a.candles.length === 50 ? new Promise<void>((resolve) => { hold = resolve; }) : undefined));
    await until('it is at the fiftieth', () => a.candles.length === 50);
    const b = await cluster.node({ replay: files() });
    await until('the other has heard them', () => b.candles.length === 50);
    a.stop();
    await cluster.lapse();
    await until('the other has said the rest', () => b.ended.length === 1);
    expect(b.candles).toHaveLength(210);
    expect(new Set(b.candles.map(({ symbol, candle }) => `${symbol} ${candle.time}`)).size).toBe(210);
    a.goOn();
    hold();
    await until('the first follows, and has all of it', () => a.ended.length === 1);
    expect(a.candles).toEqual(b.candles);
  });
});
