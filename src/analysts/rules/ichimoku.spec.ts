import { describe, expect, it } from '@jest/globals';
import { coldView, viewOf } from '../../../test/support/views.js';
import { ichimoku } from './ichimoku.js';

describe('ichimoku', () => {
  it('buys above the cloud, surest where both lines agree', () => {
    const opinion = ichimoku.opine(viewOf({ price: 104, indicators: { tenkan: 103, kijun: 102 } }));
    expect(opinion).toMatchObject({ signal: 'BUY', confidence: 0.9, stopLoss: 102, targetPrice: 108 });
    expect(opinion.reasoning[0]).toBe('The price 104 is above the cloud of 99 to 101.');
  });

  it('sells below the cloud', () => {
    expect(ichimoku.opine(viewOf({ price: 96, indicators: { tenkan: 97, kijun: 98 } }))).toMatchObject({ signal: 'SELL', stopLoss: 98, targetPrice: 92 });
  });

  it('holds where the lines speak against the cloud', () => {
    expect(ichimoku.opine(viewOf({ price: 104, indicators: { tenkan: 102, kijun: 103, senkou_a: 103, senkou_b: 99 }, candles: [] })).confidence).toBe(0.6);
  });

  it('holds inside the cloud', () => {
    expect(ichimoku.opine(viewOf({ price: 100 }))).toMatchObject({ signal: 'HOLD', confidence: 0.8 });
  });

  it('is barely confident inside the cloud where both lines agree', () => {
    expect(ichimoku.opine(viewOf({ price: 100.5, indicators: { tenkan: 101, kijun: 100 } }))).toMatchObject({ signal: 'BUY', confidence: 0.6 });
  });

  it('abstains until the spans are known', () => {
    expect(ichimoku.opine(coldView(77))).toMatchObject({ signal: 'ABSTAIN', reason: 'WARMING_UP' });
  });
});
