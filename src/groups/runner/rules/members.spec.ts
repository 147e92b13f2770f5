import { describe, expect, it } from '@jest/globals';
import { FALLING, NOW, held, situation } from '../../../../test/support/situations.js';
import { experience } from './experience.js';
import { news } from './news.js';
import { risk } from './risk.js';
import { byRule } from './roles.js';
import { technical } from './technical.js';

const lesson = (outcomeReturn: number) => ({ id: `l${outcomeReturn}`, lesson: 'So it went.', outcomeReturn });
const headline = (title: string, hoursAgo = 1) => ({ id: title, title, summary: '', source: 'wire', publishedAt: NOW - hoursAgo * 3_600_000 });

describe('the technical analyst', () => {
  it('buys what rises and sells what falls, with the numbers', () => {
    expect(technical(situation())).toMatchObject({ signal: 'BUY', source: 'rules', reasoning: [expect.stringContaining('EMA12 120 is above EMA26 115'), expect.stringContaining('RSI is 60')] });
    expect(technical(situation({ values: FALLING })).signal).toBe('SELL');
    expect(technical(situation({ values: { ema12: 120, ema26: 120, rsi14: 50, macd: 0, macd_hist: 0 } })).signal).toBe('HOLD');
  });

  it('takes an RSI beyond 75 for exhaustion', () => {
    const [strong, spent] = [74, 76].map((rsi14) => technical(situation({ values: { rsi14 } })).confidence);
    expect(strong).toBeGreaterThan(spent!);
  });

  it('weighs the panel’s signal while it is valid', () => {
    const signal = { action: 'SELL', confidence: 0.9, validUntil: NOW + 1 };
    const alone = technical(situation());
    expect(technical(situation({ signal })).confidence).toBeLessThan(alone.confidence);
    expect(technical(situation({ signal: { ...signal, validUntil: NOW } }))).toEqual(alone);
  });

  it.each(['ema12', 'ema26', 'rsi14', 'macd', 'macd_hist', 'atr14'])('abstains before %s is warm', (name) => {
    expect(technical(situation({ values: { [name]: null } })).signal).toBe('ABSTAIN');
  });

  it('abstains without a price or a candle', () => {
    expect([technical(situation({ price: null })).signal, technical(situation({ indicators: [] })).signal]).toEqual(['ABSTAIN', 'ABSTAIN']);
  });
});

describe('the news analyst', () => {
  it('reads the tone of news and of the event, and quotes neither', () => {
    const good = news(situation({ news: [headline('Bitcoin surges to a record-high'), headline('Bitcoin rallies')] }));
    expect(good.signal).toBe('BUY');
    expect(good.reasoning.join()).not.toMatch(/surges|rallies/);
    expect(news(situation({ event: { title: 'BTC plunges after a hack' } })).signal).toBe('SELL');
    expect(news(situation({ event: { title: 'News', data: { summary: 'A record-high after a windfall.' } } })).signal).toBe('BUY');
  });

  it.each([{ change_pct: -2.4 }, { action: 'SELL', confidence: 0.8 }, { when: 'rsi14 below 30' }])('leaves events of figures to others: %j', (data) => {
    expect(news(situation({ event: { title: 'BTCUSDT down 2.40 %, STRONG', data } })).signal).toBe('ABSTAIN');
  });

  it('counts old news half after twelve hours, not at all after two days, and never of the future', () => {
    const [fresh, older] = [1, 13].map((hours) => news(situation({ news: [headline('Bitcoin surges', hours)] })).confidence);
    expect(fresh).toBeGreaterThan(older!);
    for (const hours of [49, -1]) expect(news(situation({ news: [headline('Bitcoin surges', hours)] })).signal).toBe('ABSTAIN');
  });

  it('abstains where there is nothing to read, and says where it could not', () => {
    expect(news(situation()).reasoning[0]).toContain('There is no news');
    expect(news(situation({ news: null })).reasoning[0]).toContain('could not be read');
  });
});

describe('the risk analyst', () => {
  const account = { mode: 'perpetual', state: 'ACTIVE', equity: 10_000, available: 10_000, exposure: 0 };
  it('has nothing against a small trade in a quiet market', () => {
    expect(risk(situation({ values: { atr14: 0.5 } }))).toMatchObject({ signal: 'ABSTAIN' });
  });

  it.each<[string, Parameters<typeof situation>[0], RegExp]>([
    ['a halted account', { account: { ...account, state: 'HALTED' } }, /HALTED/], ['too little money', { account: { ...account, available: 99 } }, /99 is free/],
    ['more than a quarter of the equity', { account: { ...account, equity: 399 } }, /% of the equity, and 25 %/], ['an account that has nothing', { account: { ...account, equity: 0 } }, /% of the equity/],
    ['exposure past leverage', { account: { ...account, exposure: 19_801 } }, /exposure is 2/], ['an order under way', { openOrders: 1 }, /still under way/],
    ['figures that are none', { account: { ...account, equity: NaN } }, /equity/], ['a wild market', { values: { atr14: 6.1 } }, /ATR is 5\.08 %/],
  ])('vetoes %s', (_what, given, why) => {
    expect(risk(situation({ values: { atr14: 0.5 }, ...given }))).toMatchObject({ signal: 'HOLD', veto: true, reasoning: expect.arrayContaining([expect.stringMatching(why)]) });
  });

  it.each<[string, Parameters<typeof situation>[0], number]>([
    ['an account that is not known', { account: null }, 0.85], ['a restless market', { values: { atr14: 3 } }, 0.85], ['a large share', { account: { ...account, equity: 900 } }, 0.85],
    ['two of them', { account: { ...account, equity: 900 }, values: { atr14: 3 } }, 0.722],
  ])('lowers the confidence for %s, without a veto', (_what, given, factor) => {
    const said = risk(situation({ values: { atr14: 0.5 }, ...given }));
    expect([said.factor, said.veto]).toEqual([factor, undefined]);
  });

  it('votes against a position that has failed', () => {
    expect(risk(situation({ held: [held('LONG', -10)] }))).toMatchObject({ signal: 'SELL', confidence: 0.9 });
    expect(risk(situation({ held: [held('SHORT', -12)] })).signal).toBe('BUY');
    expect(risk(situation({ held: [held('LONG', -9)], values: { atr14: 0.5 } })).signal).toBe('ABSTAIN');
  });
});

describe('the experience retriever', () => {
  it('raises what paid and lowers what cost, within a quarter', () => {
    expect(experience(situation({ event: { experiences: [lesson(0.01), lesson(0.03)] } }))).toMatchObject({ signal: 'ABSTAIN', factor: 1.25 });
    expect(experience(situation({ event: { experiences: [lesson(-0.01)] } }))).toMatchObject({ signal: 'ABSTAIN', factor: 0.875 });
  });

  it('keeps out where several cost, and abstains without any', () => {
    expect(experience(situation({ event: { experiences: [lesson(-0.01), lesson(-0.02)] } }))).toMatchObject({ signal: 'HOLD', confidence: 0.65, factor: 0.813 });
    expect(experience(situation())).toMatchObject({ signal: 'ABSTAIN' });
  });
});

it('a role without a rule abstains, also one named like what every object has', () => {
  for (const role of ['astrologer', 'constructor', 'toString']) {
    expect(byRule({ memberId: 'm', name: 'M', role, provider: null, model: null, systemPrompt: '' }, situation())).toMatchObject({ signal: 'ABSTAIN', reasoning: [`There is no rule for the role ${role}: it needs a model.`] });
  }
});
