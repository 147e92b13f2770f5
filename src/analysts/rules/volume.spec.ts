import { describe, expect, it } from '@jest/globals';
import { calmCandles, coldView, viewOf } from '../../../test/support/views.js';
import { volume } from './volume.js';

describe('volume', () => {
  it('buys on accumulation', () => {
    const opinion = volume.opine(viewOf({ indicators: { obv: 5000, obv_ema20: 1000, mfi14: 72 } }));
    expect(opinion).toMatchObject({ signal: 'BUY', stopLoss: 98, targetPrice: 103 });
    expect(opinion.reasoning[0]).toBe("OBV is 20 % of 20 bars' volume above its EMA20: accumulation.");
  });

  it('sells on distribution', () => {
    expect(volume.opine(viewOf({ indicators: { obv: -5000, obv_ema20: -1000, mfi14: 28 } }))).toMatchObject({ signal: 'SELL' });
  });

  it('holds where OBV and money flow cancel out', () => {
    expect(volume.opine(viewOf({ indicators: { obv: 2500, obv_ema20: 0, mfi14: 35 } }))).toMatchObject({ signal: 'HOLD' });
  });

  it('holds where nothing was traded', () => {
    const silent = calmCandles().map((candle) => ({ ...candle, volume: 0 }));
    expect(volume.opine(viewOf({ candles: silent }))).toMatchObject({ signal: 'HOLD', confidence: 0.8 });
  });

  it('abstains until the EMA of OBV is known', () => {
    expect(volume.opine(coldView(19))).toMatchObject({ signal: 'ABSTAIN', reason: 'WARMING_UP' });
  });
});
