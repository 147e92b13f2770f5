import { describe, expect, it } from '@jest/globals';
import type { Candle } from '../../model/candle.js';
import type { StructureEvent, StructureState } from '../../model/structure.js';
import { StructureTracker } from './structure-tracker.js';

type Row = readonly [open: number, high: number, low: number, close: number];
const HOUR = 3_600_000;

const candles = (rows: readonly Row[]): Candle[] =>
  rows.map(([open, high, low, close], at) => ({ time: at * HOUR, knownAt: (at + 1) * HOUR, open, high, low, close, volume: 1 }));

/** The same story upside down. */
const mirrored = (rows: readonly Row[]): Row[] => rows.map(([open, high, low, close]) => [100 - open, 100 - low, 100 - high, 100 - close]);

/** States after each candle, and each event once with the candles (by number) where it lies and where it was known. */
function track(rows: readonly Row[]) {
  const tracker = new StructureTracker('1h');
  const states: StructureState[] = candles(rows).map((candle) => tracker.update(candle));
  const events = [...new Set(states.flatMap((state) => state.events))];
  const brief = ({ time, confirmed_at, ...rest }: StructureEvent) => ({ ...rest, at: time / HOUR, known: confirmed_at / HOUR - 1 });
  return { states, events: events.map(brief), of: (kind: string) => events.filter((event) => event.kind === kind).map(brief) };
}

/** Up to a swing high of 15 (candle 2, known with candle 4). */
const PEAK: Row[] = [[10, 11, 9, 10], [11, 12, 10, 11], [12, 15, 11, 12], [12, 13, 10.5, 11], [11, 12, 10.2, 11]];
/** The same, then a close above it: the trend is bullish, the leg from the low of candle 4. */
const BROKEN: Row[] = [...PEAK, [11, 16, 11, 15.5]];

/** Straight ways between the turns, four candles each. */
const wave = (...turns: readonly number[]): Row[] =>
  turns.slice(1).flatMap((to, at) => [1, 2, 3, 4].map((step): Row => {
    const middle = turns[at]! + ((to - turns[at]!) * step) / 4;
    return [middle, middle + 0.5, middle - 0.5, middle];
  }));

describe('swings', () => {
  it('are known two candles later, and not earlier', () => {
    const { states } = track(PEAK);
    expect(states[3]!.last_swing_high).toBeNull();
    expect(states[4]!.last_swing_high).toEqual({
      kind: 'swing', direction: 'bearish', price: 15, label: null, time: 2 * HOUR, confirmed_at: 5 * HOUR,
    });
  });

  it('wait for a third candle where the tracker is told so', () => {
    const tracker = new StructureTracker('1h', { swingBars: 3 });
    const rows: Row[] = [[9, 10, 8, 9], ...PEAK, [11, 11.5, 10, 11]];
    const states = candles(rows).map((candle) => tracker.update(candle));
    expect(states[5]!.last_swing_high).toBeNull();
    expect(states[6]!.last_swing_high).toMatchObject({ price: 15, time: 3 * HOUR, confirmed_at: 7 * HOUR });
  });

  it('are labelled against the swing before of their kind', () => {
    const { of } = track(wave(10, 20, 14, 24, 18, 22, 12, 20));
    expect(of('swing').map(({ direction, ...rest }) => [direction, 'label' in rest && rest.label])).toEqual([
      ['bearish', null], ['bullish', null], ['bearish', 'HH'], ['bullish', 'HL'], ['bearish', 'LH'], ['bullish', 'LL'],
    ]);
  });

  it('of equal neighbours count the first', () => {
    const { of } = track([[10, 11, 9, 10], [11, 12, 10, 11], [12, 15, 11, 12], [12, 15, 11, 12], [11, 12, 10, 11], [10, 11, 9.5, 10]]);
    expect(of('swing')).toEqual([expect.objectContaining({ direction: 'bearish', at: 2, known: 4 })]);
  });
});

describe.each([
  ['upwards', (rows: readonly Row[]) => rows, 'bullish', 'bearish', (price: number) => price],
  ['downwards', mirrored, 'bearish', 'bullish', (price: number) => 100 - price],
] as const)('%s', (_name, turn, withIt, against, price) => {
  const story = (rows: readonly Row[]) => track(turn(rows));
  const zone = (low: number, high: number) => ({ low: Math.min(price(low), price(high)), high: Math.max(price(low), price(high)) });

  it('a close beyond the last swing is a break of structure, a wick is none', () => {
    expect(story([...PEAK, [11, 16, 11, 15]]).of('break_of_structure')).toEqual([]);
    const { of, states } = story(BROKEN);
    expect(of('break_of_structure')).toEqual([{ kind: 'break_of_structure', direction: withIt, price: price(15), at: 5, known: 5 }]);
    expect(states.map(({ trend }) => trend)).toEqual([null, null, null, null, null, withIt]);
  });

  it('each swing breaks once', () => {
    const { of } = story([...BROKEN, [15.5, 17, 15, 16.5], [16.5, 18, 16, 17.5]]);
    expect(of('break_of_structure')).toHaveLength(1);
  });

  /** A swing low of 13 inside the rise (candle 8, known with candle 10). */
  const PULLBACK: Row[] = [...BROKEN, [15.5, 16.2, 14.5, 15], [15, 15.4, 13.8, 14], [14, 14.6, 13, 14.2], [14.2, 15, 13.6, 14.8], [14.8, 15.5, 14, 15]];

  it('a close against the trend is a change of character', () => {
    const { of, states } = story([...PULLBACK, [15, 15.2, 12, 12.5]]);
    expect(of('change_of_character')).toEqual([{ kind: 'change_of_character', direction: against, price: price(13), at: 11, known: 11 }]);
    expect(states.at(-1)!.trend).toBe(against);
  });

  it('the order block is the last opposite candle before the leg that broke structure', () => {
    const { of, states } = story(BROKEN);
    // candle 4 has the leg's low and closed where it opened; candle 3 closed against the leg
    expect(of('order_block')).toEqual([{ kind: 'order_block', direction: withIt, ...zone(10.5, 13), at: 3, known: 5 }]);
    expect(states.at(-1)!.open_zones).toContainEqual({
      kind: 'order_block', direction: withIt, ...zone(10.5, 13), time: 3 * HOUR, confirmed_at: 6 * HOUR, mitigated: 0,
    });
  });

  it('there is no order block where nothing closed against the leg', () => {
    const rows = BROKEN.map(([open, high, low, close]): Row => [Math.min(open, close), high, low, close]);
    expect(story(rows).of('break_of_structure')).toHaveLength(1);
    expect(story(rows).of('order_block')).toEqual([]);
  });

  it('a leg of less than ATR leaves no order block, a gap of less than a quarter of ATR is none', () => {
    const wide = Array.from({ length: 20 }, (): Row => [12, 22, 2, 12]); // ATR 20
    const { of } = story([...wide, ...BROKEN, [15.5, 18, 15.2, 17.5], [17.5, 19, 17, 18.5]]); // leg of 5.3; gaps of 3.2 and 1 where ATR is about 13
    expect(of('break_of_structure')).toHaveLength(1);
    expect(of('order_block')).toEqual([]);
    expect(of('fair_value_gap')).toEqual([]);
  });

  it('a gap that three candles leave is a fair value gap, known with the third', () => {
    const { events } = story([[10, 11, 9, 10.5], [10.5, 14, 10.4, 13.5], [13.5, 15, 12, 14]]);
    expect(events).toEqual([{ kind: 'fair_value_gap', direction: withIt, ...zone(11, 12), at: 1, known: 2 }]);
    expect(story([[10, 11, 9, 10.5], [10.5, 14, 10.4, 13.5], [13.5, 15, 11, 14]]).events).toEqual([]);
  });

  it('a gap is mitigated by the share that price trades into and ends with a close through it', () => {
    const { states } = story([
      [10, 11, 9, 10.5], [10.5, 16, 10.4, 15], [15, 16, 15, 15.5], // gap 11 to 15
      [15.5, 16, 14, 15.8], [15.8, 16, 14.5, 15.9], [15.9, 16, 8, 11], [11, 11.5, 10, 10.9],
    ]);
    expect(states.map(({ open_zones }) => open_zones.filter(({ direction }) => direction === withIt).map(({ mitigated }) => mitigated)))
      .toEqual([[], [], [0], [0.25], [0.25], [1], []]);
  });

  it('equal highs that a wick takes and the close gives back are a liquidity sweep', () => {
    const twoPeaks: Row[] = [...PEAK, [11, 13, 10.6, 12], [12, 15, 11, 12.5], [12.5, 13, 11, 11.5], [11.5, 12, 10.8, 11]];
    const { of } = story([...twoPeaks, [11, 15.6, 10.9, 14]]);
    expect(of('liquidity_sweep')).toEqual([{ kind: 'liquidity_sweep', direction: against, price: price(15), swings: 2, at: 9, known: 9 }]);
    expect(story([...twoPeaks, [11, 15, 10.9, 14]]).of('liquidity_sweep')).toEqual([]); // touched only
    expect(story([...twoPeaks, [11, 15.6, 10.9, 15.4]]).of('liquidity_sweep')).toEqual([]); // closed beyond: broken
    expect(story([...twoPeaks, [11, 15.6, 10.9, 14], [14, 15.7, 13, 14]]).of('liquidity_sweep')).toHaveLength(1); // gone after
  });

  it('a single high that a wick takes is no sweep', () => {
    expect(story([...PEAK, [11, 15.6, 10.9, 14]]).of('liquidity_sweep')).toEqual([]);
  });

  it('highs within a tenth of ATR are equal, further apart they are not', () => {
    const calm = Array.from({ length: 20 }, (): Row => [10, 12, 8, 10]); // ATR 4
    const peaks = (second: number): Row[] => [
      ...calm, [10, 12, 8, 10], [10, 14, 10, 11], [11, 12, 9, 10], [10, 12, 8, 10], [10, 12, 8, 10], [10, second, 10, 11], [11, 12, 9, 10], [10, 12, 8, 10],
      [10, 14.9, 10, 12],
    ];
    expect(story(peaks(14.3)).of('liquidity_sweep')).toEqual([expect.objectContaining({ price: price(14.3), swings: 2 })]);
    expect(story(peaks(13.7)).of('liquidity_sweep')).toEqual([expect.objectContaining({ price: price(14), swings: 2 })]);
    expect(story(peaks(13.3)).of('liquidity_sweep')).toEqual([]);
  });

  it('a minor level that was taken before the leg went on is an inducement', () => {
    // the leg’s high of 18 in candle 6, a pullback low of 15.2 in candle 7
    const leg: Row[] = [...BROKEN, [15.5, 18, 15.4, 17], [17, 17.5, 15.2, 16.5], [16.5, 17.3, 16.2, 17]];
    const rows: Row[] = [...leg, [17, 17.2, 15, 16.8], [16.8, 19, 16.5, 18.5]];
    const { of, states } = story(rows);
    expect(of('inducement')).toEqual([{ kind: 'inducement', direction: withIt, price: price(15.2), at: 9, known: 10 }]);
    expect(states[9]!.events.some(({ kind }) => kind === 'inducement')).toBe(false);
    expect(story([...leg, [17, 17.2, 15.3, 16.8], [16.8, 19, 16.5, 18.5]]).of('inducement')).toEqual([]); // never taken
    expect(story([...leg, [17, 17.2, 15, 16.8], [16.8, 17, 9, 9.5]]).of('change_of_character')).toHaveLength(1); // the leg ends
    expect(story([...leg, [17, 17.2, 15, 16.8], [16.8, 17, 9, 9.5]]).of('inducement')).toEqual([]);
  });

  it('a low of the candle that began the leg is no inducement', () => {
    const rows: Row[] = [...PEAK, [11, 16, 10, 15.5], [15.5, 18, 15.4, 17], [17, 17.5, 15.5, 16.5], [16.5, 17.3, 9.9, 16.8], [16.8, 19, 16.5, 18.5]];
    expect(story(rows).of('break_of_structure')).toHaveLength(2);
    expect(story(rows).of('inducement')).toEqual([]);
  });

  it('the dealing range goes from the leg’s origin to its furthest price', () => {
    const { states } = story([...BROKEN, [15.5, 17.2, 15, 17]]);
    expect(states[4]!.range).toBeNull();
    expect(states[5]!.range).toMatchObject(zone(10.2, 16));
    // a wick before the break belongs to the leg
    expect(story([...PEAK, [11, 17, 11, 15], [14, 16, 13, 15.5]]).states.at(-1)!.range).toMatchObject(zone(10.2, 17));
    const { low, high, position } = states[6]!.range!;
    expect({ low, high }).toEqual(zone(10.2, 17.2));
    expect(position).toBeCloseTo(withIt === 'bullish' ? 6.8 / 7 : 0.2 / 7, 12);
  });
});

describe('the state', () => {
  it('is empty for a flat price without volume, and finite', () => {
    const tracker = new StructureTracker('1m');
    const flat = candles(Array.from({ length: 300 }, (): Row => [50, 50, 50, 50])).map((candle) => ({ ...candle, volume: 0 }));
    for (const candle of flat) {
      expect(tracker.update(candle)).toMatchObject({
        trend: null, events: [], open_zones: [], last_swing_high: null, last_swing_low: null, range: null,
      });
    }
  });

  it('keeps 60 events and 24 zones, all frozen', () => {
    const { states } = track(wave(...Array.from({ length: 120 }, (_, at) => 50 + 20 * Math.sin(at * 2.1) + at)));
    const last = states.at(-1)!;
    expect(last.events).toHaveLength(60);
    expect(last.open_zones.length).toBeLessThanOrEqual(24);
    for (const part of [last, last.events, last.open_zones, last.range, ...last.events, ...last.open_zones]) expect(Object.isFrozen(part)).toBe(true);
  });

  it('has a killzone by the closing of the candle, and none on daily bars', () => {
    const at = (iso: string): Candle => ({ time: Date.parse(iso) - HOUR, knownAt: Date.parse(iso), open: 1, high: 1, low: 1, close: 1, volume: 1 });
    expect(new StructureTracker('1h').update(at('2021-01-15T13:00:00Z')).killzone).toBe('new_york');
    expect(new StructureTracker('1d').update(at('2021-01-15T13:00:00Z')).killzone).toBeNull();
  });
});
