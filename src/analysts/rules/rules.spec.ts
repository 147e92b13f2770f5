import { describe, expect, it } from '@jest/globals';
import fc from '../../../test/support/seeded.js';
import { IndicatorSet } from '../../indicators/indicator-set.js';
import { ACTIONS } from '../../model/opinion.js';
import type { IndicatorValues } from '../../model/indicators.js';
import type { MarketView } from '../../model/market-view.js';
import type { Direction, StructureEvent, StructureState } from '../../model/structure.js';
import { CALM, calmCandles, viewOf } from '../../../test/support/views.js';
import { opinionFlaw } from '../opinion-flaw.js';
import { RULES } from './rules.js';

const STATE = ['trend', 'momentum', 'volume', 'vwap', 'time_series_momentum', 'ichimoku'];
const runs = { numRuns: 150 };

const price = fc.oneof(fc.double({ min: 90, max: 110, noNaN: true }), fc.constantFrom(0, -5, 1e-7, 1e12, NaN, Infinity));
const anyValue = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -10, max: 110, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(null, 0, -0, 1e-300, 1e300, -1e300, NaN, Infinity) },
);
const indicators = fc.record(
  Object.fromEntries(Object.keys(CALM).map((field) => [field, anyValue])),
) as unknown as fc.Arbitrary<IndicatorValues>;
const level = fc.double({ min: 90, max: 110, noNaN: true });
const candles = fc.integer({ min: 0, max: 130 }).chain((count) =>
  fc.record({ volume: fc.constantFrom(0, 1, 1e9), close: level }).map(({ volume, close }) => {
    const all = calmCandles(count).map((candle) => ({ ...candle, volume }));
    return all.map((candle, at) => (at === count - 1 ? { ...candle, close } : candle));
  }));
const time0 = calmCandles()[0]!.time;
const direction = fc.constantFrom<Direction>('bullish', 'bearish');
const time = fc.integer({ min: calmCandles()[60]!.time, max: calmCandles()[119]!.time });
const event = fc.record({ kind: fc.constantFrom('break_of_structure', 'change_of_character', 'liquidity_sweep', 'inducement'), direction, price: level, swings: fc.constant(2), time, confirmed_at: time }) as fc.Arbitrary<StructureEvent>;
const zone = fc.record({ kind: fc.constantFrom('fair_value_gap' as const, 'order_block' as const), direction, low: level, high: level, time, confirmed_at: time, mitigated: fc.constant(0) });
const swing = fc.option(fc.record({ kind: fc.constant('swing' as const), direction, price: level, label: fc.constant(null), time, confirmed_at: time }));
const structure: fc.Arbitrary<StructureState> = fc.record({
  trend: fc.option(direction), events: fc.array(event, { maxLength: 8 }), open_zones: fc.array(zone, { maxLength: 8 }),
  last_swing_high: swing, last_swing_low: swing,
  range: fc.option(fc.record({ low: level, high: level, position: fc.double({ min: 0, max: 1, noNaN: true }) })),
  killzone: fc.constantFrom('london', 'new_york', null),
});
const news = fc.array(fc.record({
  id: fc.uuid(), title: fc.string({ maxLength: 60 }), summary: fc.constantFrom('', 'shares not surge', 'a massive fraud'), source: fc.constant('wire'), url: fc.constant(null),
  publishedAt: fc.integer({ min: time0 - 1e9, max: time0 + 1e7 }), symbols: fc.constantFrom([], ['TEST']),
}), { maxLength: 5 });
const view: fc.Arbitrary<MarketView> = fc.record({
  price, candles, indicators: fc.option(indicators), structure: fc.option(structure), news,
}).map(viewOf);

describe.each([...RULES.values()])('the rule $rule, on any view', ({ rule, opine, warmUp, source }) => {
  it('never throws, and its opinions are well-formed, with numbers in words', () => {
    fc.assert(fc.property(view, (seen) => {
      const opinion = opine(seen);
      expect(opinionFlaw(opinion)).toBeNull();
      expect(opinion.reasoning.length).toBeGreaterThanOrEqual(1);
      expect(opinion.reasoning.length).toBeLessThanOrEqual(4);
      expect(opinion.reasoning.join(' ')).not.toMatch(/NaN|undefined|Infinity/);
    }), runs);
  });

  it('puts target and stop on the right sides of the price, and none on HOLD or ABSTAIN', () => {
    fc.assert(fc.property(view, (seen) => {
      const { signal, targetPrice, stopLoss } = opine(seen);
      const up = signal === 'BUY' ? 1 : -1;
      if (signal === 'BUY' || signal === 'SELL') {
        if (targetPrice !== undefined) expect((targetPrice - seen.price) * up).toBeGreaterThan(0);
        if (stopLoss !== undefined) expect((seen.price - stopLoss) * up).toBeGreaterThan(0);
      } else {
        expect([targetPrice, stopLoss]).toEqual([undefined, undefined]);
      }
    }), runs);
  });

  it('says the same of the same view', () => {
    fc.assert(fc.property(view, (seen) => expect(opine(seen)).toEqual(opine(seen))), { ...runs, numRuns: 50 });
  });

  it('names its source, and warms up exactly when the indicators have what it needs', () => {
    expect(source.length).toBeGreaterThan(20);
    expect(firstOpinion(opine)).toBe(rule === 'smart_money' ? 30 : warmUp);
  });

  it('has an opinion of a market that does not move', () => {
    const still = { ...CALM, atr14: 0, adx14: 0, plus_di14: 0, minus_di14: 0, bb_upper: 100, bb_lower: 100, donchian_upper20: 100, donchian_lower20: 100, senkou_a: 100, senkou_b: 100, vwap_deviation: 0, atr_ratio: 1 };
    const { signal, reason } = opine(viewOf({ indicators: still }));
    expect([signal, reason]).toEqual(STATE.includes(rule) ? ['HOLD', undefined] : ['ABSTAIN', rule === 'news_lexicon' ? 'NO_DATA' : 'NO_SETUP']);
  });
});

describe('the table of rules', () => {
  it('has the ten of the default panel, and the one that reads news', () => {
    expect([...RULES.keys()]).toEqual([...STATE, 'mean_reversion', 'breakout', 'smart_money', 'volatility', 'news_lexicon']);
  });

  it('lets state rules speak on every warm view', () => {
    const warm = fc.record(Object.fromEntries(Object.keys(CALM).map((field) => [field, fc.double({ min: 0, max: 110, noNaN: true })]))) as unknown as fc.Arbitrary<IndicatorValues>;
    fc.assert(fc.property(warm, fc.double({ min: 90, max: 110, noNaN: true }), (known, at) => {
      for (const rule of STATE) expect(ACTIONS).toContain(RULES.get(rule)!.opine(viewOf({ price: at, indicators: known })).signal);
    }), runs);
  });

  it('says NO_DATA where a value is missing although enough candles are known', () => {
    expect(RULES.get('volume')!.opine(viewOf({ indicators: { mfi14: null } }))).toMatchObject({ signal: 'ABSTAIN', reason: 'NO_DATA' });
  });
});

/** The number of candles after which a rule first does not say WARMING_UP, with the real indicators of daily bars. */
function firstOpinion(opine: (view: MarketView) => { readonly reason?: string }): number {
  const set = new IndicatorSet('1d', 'us_equity');
  const all = calmCandles(130).map((candle, at) => ({ ...candle, close: 100 + Math.sin(at), high: 102, low: 98 }));
  return all.findIndex((candle, at) => {
    const known = set.update(candle);
    return opine(viewOf({ candles: all.slice(0, at + 1), indicators: known, price: candle.close })).reason !== 'WARMING_UP';
  }) + 1;
}
