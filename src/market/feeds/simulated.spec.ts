import { describe, expect, it } from '@jest/globals';
import type { ConfiguredInstrument } from '../../config/config.js';
import type { Candle, Tick } from '../../model/candle.js';
import { CandleBuilder } from '../candle-builder.js';
import { SimulatedFeed } from './simulated.js';
import { REGIMES } from './simulated-regime.js';
import type { Wait } from './wait.js';

const instrument = (symbol: string, assetClass: 'equity' | 'crypto', tickSize = 0.01, lotSize = 1): ConfiguredInstrument => ({
  symbol, name: symbol, assetClass, currency: 'USD', hours: assetClass === 'crypto' ? 'always' : 'us_equity', tickSize, lotSize, sources: {}, listed: true,
});
const INSTRUMENTS = [instrument('AAPL', 'equity'), instrument('BTCUSDT', 'crypto', 0.1, 0.0001), instrument('BTC/USD', 'crypto', 0.1, 0.0001)];
const NOON = Date.parse('2026-02-03T12:00:00Z');
const DAY = 86_400_000;

/** A clock and a timer that go where the test says. */
class Hand {
  now = NOON;
  #due: { at: number; then: () => void } | null = null;
  readonly clock = (): number => this.now;
  readonly wait: Wait = (ms, then) => {
    const due = { at: this.now + ms, then };
    this.#due = due;
    return () => { if (this.#due === due) this.#due = null; };
  };

  /** Fires what falls due until `at`, each at its time plus `late`. */
  runTo(at: number, late = 0): void {
    while (this.#due && this.#due.at <= at) {
      const { then, at: due } = this.#due;
      this.#due = null;
      this.now = Math.max(this.now, due + late);
      then();
    }
    this.now = at;
  }
}

const feedOf = (seed: number, hand = new Hand(), tickMs = 1000): SimulatedFeed =>
  new SimulatedFeed({ instruments: INSTRUMENTS, seed, tickMs, clock: hand.clock, wait: hand.wait });

async function ticksOf(feed: SimulatedFeed, hand: Hand, until: number, from?: number, late = 0): Promise<Tick[]> {
  const ticks: Tick[] = [];
  await feed.start({ tick: (tick) => ticks.push(tick), candle: async () => {}, ended: () => {} }, from);
  hand.runTo(until, late);
  await feed.stop();
  return ticks;
}

describe('the simulated feed', () => {
  it('gives the same ticks for a seed and others for another', async () => {
    const [a, b, c] = [new Hand(), new Hand(), new Hand()];
    const first = await ticksOf(feedOf(1, a), a, NOON + 60_000);
    expect(first).toHaveLength(3 * 60);
    expect(await ticksOf(feedOf(1, b), b, NOON + 60_000)).toEqual(first);
    const other = await ticksOf(feedOf(2, c), c, NOON + 60_000);
    expect(other.filter((tick, at) => tick.price === first[at]!.price).length).toBeLessThan(6);
  });

  it('says each tick once, on the grid, also when its timer is late', async () => {
    const hand = new Hand();
    hand.now = NOON + 250;
    const ticks = await ticksOf(feedOf(1, hand), hand, NOON + 20_999, undefined, 1_700);
    const times = ticks.filter(({ symbol }) => symbol === 'AAPL').map(({ time }) => time);
    expect(times).toEqual(Array.from({ length: times.length }, (_, at) => NOON + 1000 * (at + 1)));
    expect(times.length).toBeGreaterThanOrEqual(19);
  });

  it('is continued by a second process where the first one stopped', async () => {
    const [whole, before, after] = [new Hand(), new Hand(), new Hand()];
    const all = await ticksOf(feedOf(1, whole), whole, NOON + 40_000);
    const part = await ticksOf(feedOf(1, before), before, NOON + 15_500);
    after.now = NOON + 30_000;
    const rest = await ticksOf(feedOf(1, after), after, NOON + 40_000, NOON + 15_500);
    expect([...part, ...rest]).toEqual(all);
  });

  it('stops: nothing is said afterwards', async () => {
    const hand = new Hand();
    const ticks = await ticksOf(feedOf(1, hand), hand, NOON + 5_000);
    const said = ticks.length;
    hand.runTo(NOON + 60_000);
    expect(ticks).toHaveLength(said);
  });

  it('has a past that equals what live ticks build, the candle under way too', async () => {
    const hand = new Hand();
    const feed = feedOf(3, hand, 250);
    const builders = new Map(INSTRUMENTS.map(({ symbol }) => [symbol, new CandleBuilder('1m')]));
    const built = new Map<string, Candle[]>(INSTRUMENTS.map(({ symbol }) => [symbol, []]));
    for (const tick of await ticksOf(feed, hand, NOON + 605_000, NOON - 1)) {
      const candle = builders.get(tick.symbol)!.add(tick);
      if (candle) built.get(tick.symbol)!.push(candle);
    }
    for (const { symbol } of INSTRUMENTS) {
      expect(built.get(symbol)).toHaveLength(10);
      expect(await feed.history(symbol, '1m', 10, NOON + 600_000)).toEqual(built.get(symbol));
      const seeded = new CandleBuilder('1m', { since: NOON + 330_001, open: await feed.openCandle(symbol, '1m', NOON + 330_000) });
      const again: Candle[] = [];
      const others = feedOf(3, hand, 250);
      hand.now = NOON + 330_000;
      for (const tick of await ticksOf(others, hand, NOON + 365_000)) {
        const candle = tick.symbol === symbol ? seeded.add(tick) : null;
        if (candle) again.push(candle);
      }
      expect(again).toEqual([built.get(symbol)![5]]);
    }
  });

  it('has coarse candles with the open and close of the fine ones', async () => {
    const feed = feedOf(1);
    const [hour] = await feed.history('BTCUSDT', '1h', 1, NOON);
    const minutes = await feed.history('BTCUSDT', '1m', 60, NOON);
    expect(hour).toMatchObject({ time: NOON - 3_600_000, knownAt: NOON, open: minutes[0]!.open, close: minutes[59]!.close });
    expect(hour!.high).toBeLessThanOrEqual(Math.max(...minutes.map(({ high }) => high)));
    const volume = minutes.reduce((sum, each) => sum + each.volume, 0);
    expect(hour!.volume / volume).toBeGreaterThan(0.5);
    expect(hour!.volume / volume).toBeLessThan(2);
  });

  it('shows every regime within a week, moves of 1 % within hours, and sane prices for years', async () => {
    const feed = feedOf(1);
    for (const { symbol, assetClass, tickSize } of INSTRUMENTS) {
      const seen = new Set(Array.from({ length: 7 * 24 }, (_, hour) => feed.regimeAt(symbol, NOON + hour * 3_600_000)));
      expect([...seen].sort()).toEqual([...REGIMES].sort());
      const day = await feed.history(symbol, '1m', 1440, NOON);
      let [moves, reference] = [0, day[0]!.close];
      for (const { close } of day) if (Math.abs(close / reference - 1) >= 0.01) [moves, reference] = [moves + 1, close];
      const sane = ({ open, high, low, close, volume }: Candle): boolean =>
        low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close) && volume > 0
        && Math.abs(close / tickSize - Math.round(close / tickSize)) < 1e-6;
      expect(day.filter((candle) => !sane(candle))).toEqual([]);
      if (assetClass === 'crypto') expect(moves).toBeGreaterThan(4);
      const years = await feed.history(symbol, '1d', 1000, NOON);
      const closes = years.map(({ close }) => close);
      expect(Math.max(...closes) / Math.min(...closes)).toBeLessThan(Math.exp(2.3));
    }
  });

  it('falls most of the way within minutes in a crash, with volume, and recovers in part; a gap is one tick', async () => {
    const feed = feedOf(1);
    const find = (regime: string): number => {
      let at = NOON;
      while (feed.regimeAt('BTCUSDT', at - 60_000) === regime || feed.regimeAt('BTCUSDT', at) !== regime) at += 60_000;
      return at;
    };
    const crash = await feed.history('BTCUSDT', '1m', 125, find('crash') + 125 * 60_000);
    const low = crash.reduce((least, each) => (each.low < least.low ? each : least));
    const high = Math.max(...crash.map((each) => each.high));
    const at = crash.indexOf(low);
    expect(crash[Math.max(0, at - 12)]!.close - low.low).toBeGreaterThan(0.5 * (high - low.low));
    expect(Math.max(...crash.slice(at + 1).map((each) => each.close))).toBeGreaterThan(low.low + 0.1 * (high - low.low));
    const mean = crash.reduce((sum, each) => sum + each.volume, 0) / crash.length;
    expect(Math.max(...crash.map((each) => each.volume))).toBeGreaterThan(3 * mean);

    const hand = new Hand();
    const begin = find('gap');
    hand.now = begin + 2 * 3_600_000;
    const catchUp = feedOf(1, hand);
    const prices = (await ticksOf(catchUp, hand, hand.now + 1000, begin)).filter(({ symbol }) => symbol === 'BTCUSDT').map(({ price }) => price);
    const steps = prices.slice(1).map((price, index) => Math.abs(price / prices[index]! - 1)).sort((a, b) => b - a);
    expect(steps[0]).toBeGreaterThan(0.004);
    expect(steps[1]! * 3).toBeLessThan(steps[0]!);
  });

  it('moves the pairs of one underlying together and is not disturbed by questions in between', async () => {
    const feed = feedOf(1);
    const [a] = await feed.history('BTCUSDT', '1m', 1, NOON);
    await feed.history('BTCUSDT', '1d', 30, NOON - 400 * DAY);
    const [b] = await feed.history('BTC/USD', '1m', 1, NOON);
    expect(Math.abs(a!.close / b!.close - 1)).toBeLessThan(0.001);
    expect(await feed.history('BTCUSDT', '1m', 1, NOON)).toEqual([a]);
  });
});
