import { describe, expect, it } from '@jest/globals';
import { coldView, viewOf } from '../../../test/support/views.js';
import { trend } from './trend.js';

const rising = { ema12: 104, ema26: 103, sma20: 103, sma50: 101, plus_di14: 35, minus_di14: 12, adx14: 30 };
const falling = { ema12: 96, ema26: 97, sma20: 97, sma50: 99, plus_di14: 12, minus_di14: 35, adx14: 30 };

describe('trend', () => {
  it('buys where averages, price and directional movement point up', () => {
    const opinion = trend.opine(viewOf({ price: 105, indicators: rising }));
    expect(opinion).toMatchObject({ signal: 'BUY', targetPrice: 109, stopLoss: 103 });
    expect(opinion.confidence).toBeGreaterThan(0.8);
    expect(opinion.reasoning.join(' ')).toContain('EMA12 104 is above EMA26 103');
  });

  it('sells where they point down', () => {
    expect(trend.opine(viewOf({ price: 95, indicators: falling }))).toMatchObject({ signal: 'SELL', targetPrice: 91, stopLoss: 97 });
  });

  it('is less sure where ADX sees hardly a trend', () => {
    const strong = trend.opine(viewOf({ price: 105, indicators: rising }));
    const weak = trend.opine(viewOf({ price: 105, indicators: { ...rising, adx14: 12 } }));
    expect(weak.confidence).toBeLessThan(strong.confidence);
    expect(weak.reasoning.join(' ')).toContain('hardly a trend');
  });

  it('puts the stop at the last swing low where that is near enough', () => {
    const last_swing_low = { kind: 'swing', direction: 'bullish', price: 102.5, label: 'HL', time: 0, confirmed_at: 0 } as const;
    expect(trend.opine(viewOf({ price: 105, indicators: rising, structure: { last_swing_low } }))).toMatchObject({ stopLoss: 102.5, targetPrice: 110 });
  });

  it('holds where nothing points anywhere', () => {
    expect(trend.opine(viewOf())).toMatchObject({ signal: 'HOLD', confidence: 0.8 });
  });

  it('abstains until SMA50 is known', () => {
    expect(trend.opine(coldView(49))).toMatchObject({ signal: 'ABSTAIN', reason: 'WARMING_UP', confidence: 0 });
  });
});
