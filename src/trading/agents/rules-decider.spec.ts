import { describe, expect, it } from '@jest/globals';
import { agentConfig, BTC } from '../../../test/support/agent-world.js';
import { instrumentOf } from '../../../test/support/hand-feed.js';
import { MemoryTrading } from '../../../test/support/memory-trading.js';
import type { IndicatorValues } from '../../model/indicators.js';
import type { Action } from '../../model/opinion.js';
import type { AccountView } from '../trading.js';
import type { AgentDecision, CycleInputs, Decided, SymbolInputs } from './decider.js';
import { RulesDecider } from './rules-decider.js';

interface Market {
  readonly ema12?: number | null;
  readonly rsi14?: number;
  readonly panel?: Action;
  readonly sure?: number;
  readonly held?: 'long' | 'short';
  /** For so long. */
  readonly minutes?: number;
  readonly before?: number;
  readonly mode?: AccountView['mode'];
}

async function decided({ ema12 = 100, rsi14 = 50, panel, sure = 0.7, held, minutes = 0, before = 0, mode = 'perpetual' }: Market): Promise<Decided> {
  const trading = new MemoryTrading();
  trading.open('trend', 10_000, mode);
  const account = { ...trading.account('trend'), positions: held ? [{ symbol: BTC, side: held, openedAt: -minutes * 60_000 } as AccountView['positions'][number]] : [] };
  const symbol: SymbolInputs = {
    instrument: instrumentOf(BTC), interval: '1h', source: 'x', price: 100, candles: [], structure: null, indicators: { ema12, ema26: 100, rsi14, atr14: 2 } as IndicatorValues,
    signal: panel ? { action: panel, confidence: sure, strength: 'STRONG', price: 100, at: 0, reasoning: [], dissent: [] } : null,
  };
  return new RulesDecider().decide({ agent: agentConfig(), cycle: 1, asOf: 0, account, symbols: [symbol], lessons: [], before: { [BTC]: before } } as CycleInputs);
}
const decision = async (market: Market): Promise<AgentDecision> => (await decided(market)).decisions[0]!;

describe('rules', () => {
  it.each<[string, Market, string]>([
    ['trend and RSI up', { ema12: 101, rsi14: 55 }, 'open_long'], ['trend and RSI down', { ema12: 99, rsi14: 45 }, 'open_short'],
    ['the panel alone', { panel: 'BUY' }, 'open_long'], ['the panel alone, down', { panel: 'SELL' }, 'open_short'],
    ['the trend alone', { ema12: 101 }, 'wait'], ['trend against RSI', { ema12: 101, rsi14: 45 }, 'wait'],
    ['a market that ran too far', { ema12: 101, rsi14: 75 }, 'wait'], ['that fell too far', { ema12: 99, rsi14: 25 }, 'wait'],
    ['trend and RSI against the panel', { ema12: 101, rsi14: 55, panel: 'SELL' }, 'wait'], ['a HOLD of the panel', { ema12: 101, rsi14: 55, panel: 'HOLD' }, 'open_long'],
    ['a panel that is not sure', { panel: 'BUY', sure: 0.59 }, 'wait'], ['one that is just sure enough', { panel: 'BUY', sure: 0.6 }, 'open_long'],
    ['what was traded already', { ema12: 101, rsi14: 55, before: 1 }, 'wait'], ['the other way than before', { ema12: 99, rsi14: 45, before: 1 }, 'open_short'],
    ['no indicators yet', { ema12: null, rsi14: 55 }, 'wait'], ['no indicators, in a position', { ema12: null, held: 'long' }, 'hold'],
    ['a long that is backed', { ema12: 101, rsi14: 45, panel: 'BUY', held: 'long' }, 'hold'], ['a long without a point', { ema12: 101, rsi14: 45, held: 'long' }, 'close_long'],
    ['a long that the panel leaves after three cycles', { ema12: 101, rsi14: 55, panel: 'HOLD', held: 'long', minutes: 9 }, 'close_long'],
    ['not before', { ema12: 101, rsi14: 55, panel: 'HOLD', held: 'long', minutes: 8 }, 'hold'], ['nor while the panel is silent', { ema12: 101, rsi14: 55, held: 'long', minutes: 90 }, 'hold'],
    ['nor while it backs it', { ema12: 101, rsi14: 55, panel: 'BUY', held: 'long', minutes: 90 }, 'hold'],
    ['a long against the panel', { ema12: 101, rsi14: 55, panel: 'SELL', held: 'long' }, 'close_long'], ['a short that is backed', { ema12: 99, held: 'short' }, 'hold'],
    ['a short against the panel', { ema12: 99, rsi14: 45, panel: 'BUY', held: 'short' }, 'close_short'],
    ['a short on spot', { ema12: 99, rsi14: 45, mode: 'spot' }, 'wait'],
  ])('%s: %s → %s', async (_name, market, action) => {
    expect(await decision(market)).toMatchObject({ action, symbol: BTC, reason: expect.any(String) });
  });

  it('put the stop at 1.5 and the target at 2.5 average true ranges, on the right side', async () => {
    expect(await decision({ panel: 'BUY' })).toMatchObject({ stop: 97, target: 105, leverage: 3, share: null });
    expect(await decision({ panel: 'SELL' })).toMatchObject({ stop: 103, target: 95 });
  });

  it('are surer the more agrees, and never surer than 0.9', async () => {
    const of = async (market: Market) => (await decision(market)).confidence!;
    const [two, four] = [await of({ ema12: 101, rsi14: 55 }), await of({ ema12: 101, rsi14: 55, panel: 'BUY' })];
    expect(two).toBeGreaterThanOrEqual(0.6);
    expect(four).toBeGreaterThan(two);
    expect(four).toBeLessThanOrEqual(0.9);
  });

  it('remember where they stand, also while indicators are away, and say the figures', async () => {
    expect((await decided({ panel: 'SELL' })).stances).toEqual({ [BTC]: -1 });
    expect((await decided({ ema12: null, before: 1 })).stances).toEqual({ [BTC]: 1 });
    expect((await decided({ ema12: 101, rsi14: 55.55 })).reasoning).toBe('BTCUSDT open_long: EMA12 101 above EMA26 100, RSI 55.5, the panel has no valid signal, score 2');
  });
});
