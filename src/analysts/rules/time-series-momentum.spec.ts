import { describe, expect, it } from '@jest/globals';
import { coldView, viewOf } from '../../../test/support/views.js';
import { timeSeriesMomentum } from './time-series-momentum.js';

const at = (momentum60: number) => timeSeriesMomentum.opine(viewOf({ indicators: { momentum60 } }));

describe('time-series momentum', () => {
  it('follows a past rise', () => {
    expect(at(1)).toMatchObject({ signal: 'BUY', confidence: 0.841, targetPrice: 104, stopLoss: 98 });
  });

  it('follows a past fall', () => {
    expect(at(-1)).toMatchObject({ signal: 'SELL', confidence: 0.841, targetPrice: 96, stopLoss: 102 });
  });

  it('states the normal distribution: 0.6 at a quarter of a deviation, 0.95 at the most', () => {
    expect(at(0.2533).confidence).toBe(0.6);
    expect(at(100).confidence).toBe(0.95);
  });

  it('holds after a past return that says nothing', () => {
    expect(at(0.1)).toMatchObject({ signal: 'HOLD' });
  });

  it('abstains until 60 returns are known', () => {
    expect(timeSeriesMomentum.opine(coldView(60))).toMatchObject({ signal: 'ABSTAIN', reason: 'WARMING_UP' });
  });
});
