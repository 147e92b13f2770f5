import { describe, expect, it } from '@jest/globals';
import type { Interval } from '../model/interval.js';
import type { Trigger } from '../model/trigger.js';
import { Watch } from './watch.js';

/** A watch with what it asked for; requests end when the test says. */
function bench({ own = null as Interval | null, watched = new Set<string>() } = {}) {
  const asked: { symbol: string; trigger: Trigger; settle: (error?: Error) => void }[] = [];
  const errors: unknown[] = [];
  const market = { time: 0, ownInterval: () => own, now: () => market.time };
  const watch = new Watch({
    config: { priceMove: 0.01, intervalMs: 30_000, cooldownMs: 5_000 },
    market,
    requests: {
      request: (symbol, trigger) => new Promise((resolve, reject) => {
        asked.push({ symbol, trigger, settle: (error) => (error ? reject(error) : resolve()) });
      }),
    },
    watched: { isWatched: (symbol) => watched.has(symbol) },
    onError: (error) => errors.push(error),
  });
  const price = (value: number, at: number, symbol = 'X'): void => {
    market.time = at;
    watch.price({ symbol, price: value, volume: 1, change_pct: 0, source: 'test', timestamp: '' }, at);
  };
  const settle = async (error?: Error): Promise<void> => {
    asked.at(-1)!.settle(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { watch, asked, errors, market, price, settle, kinds: () => asked.map(({ trigger }) => trigger.kind) };
}

describe('the watch', () => {
  it('asks for an analysis of a move, also where nobody watches', async () => {
    const { price, asked } = bench();
    price(100, 0);
    price(99, 10_000);
    expect(asked.map(({ symbol, trigger }) => ({ symbol, trigger }))).toEqual([{ symbol: 'X', trigger: { kind: 'price_move', change_pct: -1 } }]);
  });

  it('asks by the schedule only for watched symbols, counted from the last analysis of any kind', async () => {
    const { price, watch, settle, asked } = bench({ watched: new Set(['X']) });
    for (let at = 0; at < 30_000; at += 1000) for (const symbol of ['X', 'Y']) price(100, at, symbol);
    expect(asked).toHaveLength(0);
    for (const symbol of ['X', 'Y']) price(100, 30_000, symbol);
    expect(asked.map(({ symbol, trigger }) => [symbol, trigger.kind])).toEqual([['X', 'schedule']]);
    price(100, 70_000);
    expect(asked).toHaveLength(1); // under way
    await settle();
    watch.analysed('X', 100, 60_000);
    price(100, 89_999);
    expect(asked).toHaveLength(1);
    price(100, 90_000);
    expect(asked).toHaveLength(2);
  });

  it('measures a move against the last analysis, whoever asked for it', () => {
    const { price, watch, asked } = bench();
    price(100, 0);
    watch.analysed('X', 100.6, 1000);
    price(101.2, 10_000);
    expect(asked).toHaveLength(0);
    price(101.7, 11_000);
    expect(asked).toHaveLength(1);
  });

  it('analyses a first subscription, not again before the schedule would, and not while a run is under way', async () => {
    const { watch, price, market, settle, kinds } = bench();
    price(100, 0);
    watch.firstSubscription('X');
    watch.firstSubscription('X');
    expect(kinds()).toEqual(['first_subscription']);
    await settle();
    watch.analysed('X', 100, 0);
    market.time = 29_999;
    watch.firstSubscription('X');
    expect(kinds()).toHaveLength(1);
    market.time = 30_000;
    watch.firstSubscription('X');
    expect(kinds()).toHaveLength(2);
  });

  it('of candles triggers by each closed one and waits for its run, and by nothing else', async () => {
    const { watch, price, settle, kinds } = bench({ own: '1m', watched: new Set(['X']) });
    price(100, 0);
    price(150, 100_000);
    watch.firstSubscription('X');
    expect(kinds()).toEqual([]);
    let stored = false;
    const closed = watch.closed('X').then(() => { stored = true; });
    await new Promise((resolve) => setImmediate(resolve));
    expect([kinds(), stored]).toEqual([['candle'], false]);
    await settle();
    await closed;
    expect(stored).toBe(true);
  });

  it('of ticks takes no trigger from a closed candle', async () => {
    const { watch, kinds } = bench();
    await watch.closed('X');
    expect(kinds()).toEqual([]);
  });

  it('reports a request that fails and goes on', async () => {
    const { price, settle, errors, kinds } = bench();
    price(100, 0);
    price(101, 10_000);
    await settle(new Error('the store is away'));
    expect(errors).toEqual([new Error('the store is away')]);
    price(101, 20_000);
    expect(kinds()).toHaveLength(1);
    price(102.1, 30_000);
    expect(kinds()).toHaveLength(2);
  });
});
