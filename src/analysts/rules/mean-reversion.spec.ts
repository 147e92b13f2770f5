import { describe, expect, it } from '@jest/globals';
import { coldView, viewOf } from '../../../test/support/views.js';
import { meanReversion } from './mean-reversion.js';

describe('mean reversion', () => {
  it('buys below the lower band and aims at the middle', () => {
    const opinion = meanReversion.opine(viewOf({ price: 97, indicators: { rsi14: 25 } }));
    expect(opinion).toMatchObject({ signal: 'BUY', targetPrice: 100, stopLoss: 95 });
    expect(opinion.confidence).toBeGreaterThanOrEqual(0.6);
    expect(opinion.reasoning[0]).toBe('The price 97 is 1 deviations outside its lower band 98.');
  });

  it('sells above the upper band', () => {
    expect(meanReversion.opine(viewOf({ price: 103, indicators: { rsi14: 75 } }))).toMatchObject({ signal: 'SELL', targetPrice: 100, stopLoss: 105 });
  });

  it.each([
    ['inside the bands', 99, { rsi14: 25 }],
    ['where RSI is not exhausted', 97, { rsi14: 45 }],
    ['where a strong trend walks the band', 97, { rsi14: 25, adx14: 45 }],
  ])('has no setup %s', (_where, price, indicators) => {
    expect(meanReversion.opine(viewOf({ price, indicators }))).toMatchObject({ signal: 'ABSTAIN', reason: 'NO_SETUP' });
  });

  it('abstains until ADX is known', () => {
    expect(meanReversion.opine(coldView(26))).toMatchObject({ signal: 'ABSTAIN', reason: 'WARMING_UP' });
  });
});
