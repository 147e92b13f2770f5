import { describe, expect, it } from '@jest/globals';
import { closingAt, coldView, viewOf } from '../../../test/support/views.js';
import { breakout } from './breakout.js';

describe('breakout', () => {
  it('buys a close above the channel and aims at its height', () => {
    const opinion = breakout.opine(viewOf({ price: 104, candles: closingAt(104, 2000) }));
    expect(opinion).toMatchObject({ signal: 'BUY', targetPrice: 109, stopLoss: 102, confidence: 0.95 });
    expect(opinion.reasoning.join(' ')).toContain('Volume is 2 times its mean');
  });

  it('sells a close below the channel', () => {
    expect(breakout.opine(viewOf({ price: 96 }))).toMatchObject({ signal: 'SELL', targetPrice: 91, stopLoss: 98 });
  });

  it('doubts a breakout on little volume', () => {
    const opinion = breakout.opine(viewOf({ price: 103.1, candles: closingAt(103.1, 300) }));
    expect(opinion.signal).toBe('BUY');
    expect(opinion.confidence).toBeLessThan(0.6);
  });

  it('has no setup inside the channel, nor where the price fell back into it', () => {
    expect(breakout.opine(viewOf())).toMatchObject({ signal: 'ABSTAIN', reason: 'NO_SETUP' });
    expect(breakout.opine(viewOf({ price: 102, candles: closingAt(104) }))).toMatchObject({ signal: 'ABSTAIN', reason: 'NO_SETUP' });
  });

  it('abstains until the channel is known', () => {
    expect(breakout.opine(coldView(20))).toMatchObject({ signal: 'ABSTAIN', reason: 'WARMING_UP' });
  });
});
