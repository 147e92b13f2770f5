import { describe, expect, it } from '@jest/globals';
import { coldView, viewOf } from '../../../test/support/views.js';
import { vwap } from './vwap.js';

describe('vwap', () => {
  it('buys above VWAP, with the stop half an ATR below it', () => {
    const opinion = vwap.opine(viewOf({ price: 101.5 }));
    expect(opinion).toMatchObject({ signal: 'BUY', stopLoss: 99.5, targetPrice: 104.5, confidence: 0.8 });
    expect(opinion.reasoning.join(' ')).toContain('1.5 above VWAP 100');
  });

  it('sells below VWAP', () => {
    expect(vwap.opine(viewOf({ price: 98.5 }))).toMatchObject({ signal: 'SELL', stopLoss: 100.5, targetPrice: 95.5 });
  });

  it('counts a distance by its own deviation where that is larger than ATR', () => {
    expect(vwap.opine(viewOf({ price: 101.5, indicators: { vwap_deviation: 6 } })).confidence).toBeLessThan(0.6);
  });

  it('holds near VWAP', () => {
    expect(vwap.opine(viewOf({ price: 100.1 }))).toMatchObject({ signal: 'HOLD' });
  });

  it('abstains until the deviation is known', () => {
    expect(vwap.opine(coldView(38))).toMatchObject({ signal: 'ABSTAIN', reason: 'WARMING_UP' });
  });
});
