import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { instrumentOf } from '../../../test/support/hand-feed.js';
import { ReplayFeed } from '../../market/feeds/replay.js';
import { Market } from '../../market/market.js';
import type { Candle } from '../../model/candle.js';
import { CodedError } from '../../model/codes.js';
import type { SystemAlert } from '../../rooms/system-alert.js';
import type { StoredSignal } from '../signal-targets.js';
import type { Proposal } from '../proposal.js';
import type { AccountView, Decision } from '../trading.js';
import { loadStrategies, type LoadedStrategy } from './load-strategies.js';
import { Strategies, type StrategyMarket } from './strategies.js';
import type { Strategy, StrategyClass, StrategyContext } from './strategy.js';

const folder = mkdtempSync(join(tmpdir(), 'conclave-strategies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 5);
const candleAt = (at: number, close: number): Candle => ({ time: START + at * MINUTE, knownAt: START + (at + 1) * MINUTE, open: close, high: close + 1, low: close - 1, close, volume: 100 });
const crossover = async (parameters: Record<string, number> = {}, more: Partial<LoadedStrategy> = {}): Promise<LoadedStrategy> => {
  const { strategies, problems } = await loadStrategies([{ id: 'crossover', strategy: 'moving_average_crossover', file: null, accountId: 'main', symbols: ['AAPL'], parameters, ...more }]);
  expect(problems).toEqual([]);
  return strategies[0]!;
};
const own = (of: StrategyClass, symbols = ['AAPL']): LoadedStrategy => ({ id: 'own', strategy: './own.js', file: null, accountId: 'main', symbols, parameters: {}, of });

/** An account that takes everything, and a market of the candles that were said. */
class World {
  readonly proposals: Proposal[] = [];
  readonly alerts: SystemAlert[] = [];
  readonly errors: unknown[] = [];
  readonly candles = new Map<string, Candle[]>();
  readonly strategies: Strategies;
  holds = true;
  refuse: Error | null = null;

  constructor(strategies: readonly LoadedStrategy[], past: Record<string, readonly Candle[]> = {}, market?: StrategyMarket) {
    for (const [symbol, candles] of Object.entries(past)) this.candles.set(symbol, [...candles]);
    this.strategies = new Strategies({
      strategies,
      trading: {
        holds: () => this.holds,
        account: () => ({ positions: [] }) as unknown as AccountView,
        propose: async (proposal) => {
          await Promise.resolve();
          if (this.refuse) throw this.refuse;
          this.proposals.push(proposal);
          return {} as Decision;
        },
      },
      market: market ?? {
        view: (symbol) => ({ candles: this.candles.get(symbol) ?? [], indicators: null }),
        candles: async (symbol, _interval, limit) => (this.candles.get(symbol) ?? []).slice(-limit),
        indicators: async () => [],
      },
      say: async (alert) => this.alerts.push(alert),
      onError: (error) => this.errors.push(error),
    });
  }

  /** As the market does: the view has the candle first. */
  async candle(symbol: string, candle: Candle): Promise<void> {
    this.candles.set(symbol, [...(this.candles.get(symbol) ?? []), candle]);
    await this.strategies.candle(symbol, '1m', candle);
  }

  async closes(closes: readonly number[], from = 0): Promise<void> {
    for (const [at, close] of closes.entries()) await this.candle('AAPL', candleAt(from + at, close));
  }
}

/** Flat, up, a while there, down, a while there, up. */
const WAVE = [...Array<number>(22).fill(100), ...Array<number>(15).fill(110), ...Array<number>(25).fill(90), ...Array<number>(25).fill(120)];

describe('the moving average crossover', () => {
  it('wants something once at each crossing of the band, never while it stays there', async () => {
    const world = new World([await crossover()]);
    await world.closes(WAVE);
    expect(world.proposals.map(({ want }) => want)).toMatchObject([
      { kind: 'target', direction: 1, size: { kind: 'quantity' } }, { kind: 'target', direction: 0 }, { kind: 'target', direction: 1 },
    ]);
    expect(world.proposals[0]).toMatchObject({
      accountId: 'main', symbol: 'AAPL', origin: 'strategy', originId: 'crossover', orderType: 'market', asOf: START + 23 * MINUTE,
      key: `strategy:crossover:AAPL:${START + 23 * MINUTE}:0`, reason: 'Mean of 5 102 rose above the mean of 20 100.5 by more than 1 %.',
    });
    expect(String(world.proposals[0]!.price)).toBe('110');
    expect((world.proposals[0]!.want as { size: { quantity: unknown } }).size.quantity!.toString()).toBe('10');
  });

  it('takes the zone in which it becomes warm as given, and goes short where it may', async () => {
    const world = new World([await crossover({ shorts: 1, quantity: 0.1 })]);
    await world.closes(Array.from({ length: 60 }, (_, at) => 100 * 1.02 ** at)); // above from the first on
    expect(world.proposals).toEqual([]);
    await world.closes(Array<number>(30).fill(100), 60);
    expect(world.proposals.map(({ want }) => want)).toMatchObject([{ direction: -1 }]);
  });

  it('on ticks counts ticks, by symbol, and does not look at candles', async () => {
    const world = new World([await crossover({ on_ticks: 1 }, { symbols: ['AAPL', 'NVDA'] })]);
    await world.closes(WAVE);
    expect(world.proposals).toEqual([]);
    for (const [at, price] of WAVE.entries()) {
      await world.strategies.tick({ symbol: 'AAPL', price, volume: 1, time: START + at });
      await world.strategies.tick({ symbol: 'NVDA', price: 50, volume: 1, time: START + at });
    }
    expect(world.proposals.map(({ symbol, want }) => [symbol, (want as { direction: number }).direction])).toEqual([['AAPL', 1], ['AAPL', 0], ['AAPL', 1]]);
  });

  it('neither forgets nor says again over a restart at any candle', async () => {
    const whole = new World([await crossover()]);
    await whole.closes(WAVE);
    const config = await crossover();
    for (let cut = 1; cut < WAVE.length; cut++) {
      const before = new World([config]);
      await before.closes(WAVE.slice(0, cut));
      const after = new World([config], { AAPL: WAVE.slice(0, cut).map((close, at) => candleAt(at, close)) });
      await after.closes(WAVE.slice(cut), cut);
      expect([cut, [...before.proposals, ...after.proposals].map(({ key }) => key)]).toEqual([cut, whole.proposals.map(({ key }) => key)]);
    }
  });
});

describe('strategies', () => {
  it('propose only where their account is traded, and know where they stand when it comes to be', async () => {
    const world = new World([await crossover()]);
    world.holds = false;
    await world.closes(WAVE.slice(0, 36));
    expect(world.proposals).toEqual([]);
    world.holds = true;
    await world.closes(WAVE.slice(36), 36);
    expect(world.proposals.map(({ want }) => want)).toMatchObject([{ direction: 0 }, { direction: 1 }]);
  });

  it('one that throws, gives a promise or nonsense ends with an alert, and the others go on', async () => {
    const faults: readonly [() => unknown, RegExp][] = [
      [() => { throw new TypeError('no such thing'); }, /Strategy own stopped: no such thing\. Its positions/],
      [() => Promise.resolve([]), /its onCandle must give a list of intents at once, not a promise/],
      [() => [{ want: { kind: 'buy' }, reason: 'x' }], /its intent's want\.kind must be target, open or close, not "buy"/],
      [() => [{ want: { kind: 'open', side: 'long', size: { quantity: -1 } }, reason: 'x' }], /want\.size\.quantity must be a number above 0, not -1/],
      [() => [{ want: { kind: 'open', side: 'long', size: { quantity: Number.NaN } }, reason: 'x' }], /want\.size\.quantity must be a number above 0/],
      [() => [{ want: { kind: 'open', side: 'long', size: { share: Infinity } }, reason: 'x' }], /want\.size\.share must be above 0/],
      [() => [{ want: { kind: 'close' } }], /reason must be some text, not undefined/],
      [() => [{ want: { kind: 'close' }, orderType: 'iceberg', reason: 'x' }], /orderType must be one of market, limit/],
      [() => [null], /must be an object such as/],
    ];
    for (const [fault, message] of faults) {
      let asked = 0;
      const broken = own(class implements Strategy { onCandle(): never { asked += 1; return fault() as never; } });
      const world = new World([broken, await crossover()]);
      await world.closes(WAVE);
      expect(asked).toBe(1);
      expect(world.proposals).toHaveLength(3);
      expect(world.strategies.states.map(({ state }) => state)).toEqual(['stopped', 'running']);
      expect(world.alerts).toEqual([{ level: 'error', code: 'STRATEGY_STOPPED', message: expect.stringMatching(message), timestamp: new Date(START + MINUTE).toISOString() }]);
      expect(world.errors).toHaveLength(1);
    }
  });

  it('go on where a proposal is not taken, which is reported', async () => {
    const world = new World([await crossover()]);
    world.refuse = new CodedError('STORE_UNAVAILABLE', 'The database does not answer');
    await world.closes(WAVE.slice(0, 30));
    world.refuse = null;
    await world.closes(WAVE.slice(30), 30);
    expect(world.errors).toHaveLength(1);
    expect(world.alerts).toEqual([]);
    expect(world.proposals.map(({ want }) => want)).toMatchObject([{ direction: 0 }, { direction: 1 }]);
  });

  it('hear signals, in a time that does not go back, and each of several wishes of one moment has a key', async () => {
    const seen: [string, number, string][] = [];
    const of = class implements Strategy {
      onTick = (_tick: unknown, { symbol, now }: StrategyContext) => void seen.push(['tick', now, symbol]);
      onSignal = ({ confidence }: StoredSignal, { symbol, now, price }: StrategyContext) => {
        seen.push(['signal', now, symbol]);
        return [
          { want: { kind: 'open' as const, side: 'long' as const, size: { share: 0.1 } }, orderType: 'limit' as const, limitPrice: '99.10', exits: { stop: 90 }, confidence, reason: `at ${price}` },
          { want: { kind: 'close' as const, quantity: 1 }, reason: 'and less of it' },
        ];
      };
    };
    const world = new World([own(of)]);
    await world.strategies.tick({ symbol: 'AAPL', price: 100, volume: 1, time: START + 5000 });
    const signal = { signalId: 's1', symbol: 'AAPL', action: 'BUY', confidence: 0.8, probability: null, price: 99.5, targetPrice: null, stopLoss: null, timestamp: START + 1000, validUntil: START + 60_000 } as const satisfies StoredSignal;
    await world.strategies.signal(signal);
    await world.strategies.tick({ symbol: 'TSLA', price: 100, volume: 1, time: START + 6000 });
    expect(seen).toEqual([['tick', START + 5000, 'AAPL'], ['signal', START + 5000, 'AAPL']]);
    expect(world.proposals.map(({ key }) => key)).toEqual([0, 1].map((n) => `strategy:own:AAPL:${START + 5000}:${n}`));
    expect(world.proposals[0]).toMatchObject({ want: { kind: 'open', side: 'long', size: { kind: 'share', share: 0.1 } }, orderType: 'limit', exits: { target: null }, signalId: 's1', confidence: 0.8, reason: 'at 99.5' });
    expect([world.proposals[0]!.limitPrice, world.proposals[0]!.exits!.stop].map(String)).toEqual(['99.1', '90']);
  });

  it('are told the past of all their symbols in the order in which it was known, and each candle once', async () => {
    const told: [string, number, boolean, number][] = [];
    const of = class implements Strategy {
      static warmUp = (): number => 3;
      onCandle = (candle: Candle, { symbol, warmingUp, candles }: StrategyContext) => void told.push([symbol, (candle.time - START) / MINUTE, warmingUp, candles.length]);
    };
    const past = Array.from({ length: 5 }, (_, at) => candleAt(at, 100));
    const world = new World([own(of, ['AAPL', 'NVDA'])], { AAPL: past, NVDA: past });
    // both close at once, as where ticks make them: what is said while the past is read comes after it
    await Promise.all([world.candle('AAPL', candleAt(5, 100)), world.candle('NVDA', candleAt(5, 100))]);
    expect(told).toEqual([
      ['AAPL', 2, true, 3], ['NVDA', 2, true, 3], ['AAPL', 3, true, 4], ['NVDA', 3, true, 4], ['AAPL', 4, true, 5], ['NVDA', 4, true, 5],
      ['AAPL', 5, false, 6], ['NVDA', 5, false, 6],
    ]);
  });
});

const DATA = new URL('../../../../shared/data/', import.meta.url);
const FILES: readonly [string, string, 'utc' | 'session_date'][] = [['BTCUSDT', 'BTCUSDT-1m.csv', 'utc'], ['SPY', 'SPY-1d.csv', 'session_date']];

/** The proposals of a file as `Market` and the replay say it. */
async function replayed(symbol: string, path: string, timestamps: 'utc' | 'session_date', speed: number, config: LoadedStrategy): Promise<readonly Proposal[]> {
  const instrument = instrumentOf(symbol, { hours: timestamps === 'utc' ? 'always' : 'us_equity', sources: { replay: { timestamps, volume: 'base' } } });
  let end!: () => void;
  const ended = new Promise<void>((resolve) => { end = resolve; });
  const said: { world?: World } = {};
  const feed = new ReplayFeed({ instruments: [instrument], files: new Map([[symbol, path]]), loop: false, speed, onBadRow: () => undefined, onError: (error) => { throw error; } });
  const market: Market = new Market({
    feed, config: { interval: '1m', intervals: ['1m'], keepCandles: 500 },
    events: { price: () => undefined, closed: (of, interval, candle) => said.world!.strategies.candle(of, interval, candle), ended: () => end(), error: (error) => said.world!.errors.push(error) },
  });
  const world = (said.world = new World([config], {}, market));
  await market.start();
  await ended;
  await market.stop();
  expect(world.errors).toEqual([]);
  return world.proposals;
}

describe('on a candle file', () => {
  const synthetic = join(folder, 'wave.csv');
  writeFileSync(synthetic, ['timestamp,open,high,low,close,volume', ...Array.from({ length: 2000 }, (_, at) => {
    const close = (100 + 20 * Math.sin(at / 25) + 5 * Math.sin(at / 7)).toFixed(2);
    return `${new Date(START + at * MINUTE).toISOString()},${close},${close},${close},${close},1`;
  })].join('\n'));

  const same = async (symbol: string, path: string, timestamps: 'utc' | 'session_date', least: number): Promise<void> => {
    const config = await crossover({ band: 0.002, quantity: 0.5 }, { symbols: [symbol] });
    const first = await replayed(symbol, path, timestamps, 0, config);
    expect(first.length).toBeGreaterThan(least);
    expect(new Set(first.map(({ key }) => key)).size).toBe(first.length);
    expect(await replayed(symbol, path, timestamps, 0, config)).toEqual(first);
    expect(await replayed(symbol, path, timestamps, 1e9, config)).toEqual(first);
  };

  it('proposals are the same at any speed, twice', () => same('WAVE', synthetic, 'utc', 20));

  for (const [symbol, name, timestamps] of FILES) {
    const test = existsSync(new URL(name, DATA)) ? it : it.skip;
    test(`also on ${name} (skipped where ../shared/data is absent)`, async () => {
      const path = join(folder, name);
      writeFileSync(path, readFileSync(new URL(name, DATA), 'utf8').split('\n').slice(0, 2001).join('\n'));
      await same(symbol, path, timestamps, 10);
    });
  }
});
