import { describe, expect, it } from '@jest/globals';
import type { Direction, OpenZone, StructureEvent } from '../../model/structure.js';
import { barsAgo, calmCandles, coldView, viewOf } from '../../../test/support/views.js';
import { smartMoney } from './smart-money.js';

const broke = (direction: Direction, bars = 3): StructureEvent => ({ kind: 'change_of_character', direction, price: 100.8, ...barsAgo(bars) });
const sweep = (direction: Direction): StructureEvent => ({ kind: 'liquidity_sweep', direction, price: direction === 'bullish' ? 98.5 : 101.5, swings: 2, ...barsAgo(5) });
const induced = (direction: Direction): StructureEvent => ({ kind: 'inducement', direction, price: 99.4, ...barsAgo(4) });
const zone = (kind: OpenZone['kind'], direction: Direction): OpenZone => ({ kind, direction, low: 99, high: 100.2, mitigated: 0.4, ...barsAgo(6) });

describe('smart money', () => {
  it('buys a sweep and a change of character at a discounted order block, and says each element', () => {
    const opinion = smartMoney.opine(viewOf({
      structure: {
        trend: 'bullish', events: [sweep('bullish'), induced('bullish'), broke('bullish')],
        open_zones: [zone('order_block', 'bullish'), zone('fair_value_gap', 'bullish')],
        range: { low: 98, high: 104, position: 0.33 }, killzone: 'london',
      },
    }));
    expect(opinion).toMatchObject({ signal: 'BUY', targetPrice: 104, stopLoss: 98.75, confidence: 0.95 });
    for (const words of [
      'change of character at 100.8', 'sweep of 2 equal lows at 98.5', 'inducement taken at 99.4', 'order block 99 to 100.2',
      'fair value gap 99 to 100.2', 'discount (33 % of the range)', 'London killzone',
    ]) expect(opinion.reasoning.join(' ')).toContain(words);
  });

  it('sells a break of structure from a bearish gap at a premium', () => {
    const opinion = smartMoney.opine(viewOf({
      structure: {
        trend: 'bearish', events: [broke('bearish')], open_zones: [zone('fair_value_gap', 'bearish')],
        range: { low: 96, high: 101, position: 0.8 },
      },
    }));
    expect(opinion).toMatchObject({ signal: 'SELL', targetPrice: 96, confidence: 0.65 });
    expect(opinion.stopLoss).toBeGreaterThan(100);
  });

  it.each<[string, Parameters<typeof viewOf>[0]]>([
    ['without any structure', {}],
    ['at a place where nothing has happened', { structure: { open_zones: [zone('order_block', 'bullish')], range: { low: 98, high: 104, position: 0.3 }, killzone: 'london' } }],
    ['after a break that is long ago', { structure: { events: [broke('bullish', 40)], open_zones: [zone('order_block', 'bullish')], range: { low: 98, high: 104, position: 0.3 } } }],
    ['where a later break went the other way', { structure: { events: [broke('bullish', 9), broke('bearish', 2)], open_zones: [zone('order_block', 'bullish')], range: null } }],
    ['where both sides have their reasons', { structure: { events: [sweep('bullish'), broke('bearish')], open_zones: [zone('order_block', 'bullish'), zone('fair_value_gap', 'bearish')], range: null } }],
  ])('has no setup %s', (_where, parts) => {
    expect(smartMoney.opine(viewOf(parts))).toMatchObject({ signal: 'ABSTAIN', reason: 'NO_SETUP', confidence: 0 });
  });

  it('abstains while the structure is not known', () => {
    expect(smartMoney.opine(coldView(12))).toMatchObject({ signal: 'ABSTAIN', reason: 'WARMING_UP' });
    expect(smartMoney.opine(viewOf({ candles: calmCandles(29) }))).toMatchObject({ signal: 'ABSTAIN', reason: 'WARMING_UP' });
  });
});
