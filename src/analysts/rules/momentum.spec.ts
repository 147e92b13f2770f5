import { describe, expect, it } from '@jest/globals';
import { coldView, viewOf } from '../../../test/support/views.js';
import { momentum } from './momentum.js';

describe('momentum', () => {
  it('buys on a high RSI with MACD above zero and rising', () => {
    const opinion = momentum.opine(viewOf({ indicators: { rsi14: 68, macd: 1.5, macd_signal: 1.2, macd_hist: 0.3 } }));
    expect(opinion).toMatchObject({ signal: 'BUY', targetPrice: 103, stopLoss: 98 });
    expect(opinion.confidence).toBeGreaterThanOrEqual(0.8);
    expect(opinion.reasoning.join(' ')).toContain('RSI 68');
  });

  it('sells on a low RSI with MACD below zero and falling', () => {
    const opinion = momentum.opine(viewOf({ indicators: { rsi14: 32, macd: -1.5, macd_signal: -1.2, macd_hist: -0.3 } }));
    expect(opinion).toMatchObject({ signal: 'SELL', targetPrice: 97, stopLoss: 102 });
  });

  it('states doubt where the histogram speaks against RSI and MACD', () => {
    const opinion = momentum.opine(viewOf({ indicators: { rsi14: 62, macd: 1, macd_signal: 1.1, macd_hist: -0.1 } }));
    expect(opinion.signal).toBe('BUY');
    expect(opinion.confidence).toBeLessThan(0.65);
  });

  it('holds at the centre line', () => {
    expect(momentum.opine(viewOf())).toMatchObject({ signal: 'HOLD', confidence: 0.8 });
  });

  it('abstains until the MACD signal line is known', () => {
    expect(momentum.opine(coldView(33))).toMatchObject({ signal: 'ABSTAIN', reason: 'WARMING_UP' });
  });
});
