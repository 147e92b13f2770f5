import { describe, expect, it } from '@jest/globals';
import { coldView, viewOf } from '../../../test/support/views.js';
import { volatility } from './volatility.js';

const at = (atr_ratio: number) => volatility.opine(viewOf({ indicators: { atr_ratio } }));

describe('volatility', () => {
  it('holds in a storm, the surer the stronger it is', () => {
    expect(at(2)).toMatchObject({ signal: 'HOLD', confidence: 0.6 });
    expect(at(3)).toMatchObject({ signal: 'HOLD', confidence: 0.75 });
  });

  it('holds in a dead market', () => {
    expect(at(0.2)).toMatchObject({ signal: 'HOLD', confidence: 0.75 });
  });

  it('has no setup in an ordinary regime', () => {
    expect(at(1.9)).toMatchObject({ signal: 'ABSTAIN', reason: 'NO_SETUP' });
    expect(at(0.5)).toMatchObject({ signal: 'ABSTAIN', reason: 'NO_SETUP' });
  });

  it('abstains until the mean of ATR is known', () => {
    expect(volatility.opine(coldView(112))).toMatchObject({ signal: 'ABSTAIN', reason: 'WARMING_UP' });
  });
});
