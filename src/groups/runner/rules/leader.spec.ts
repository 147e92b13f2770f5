import { describe, expect, it } from '@jest/globals';
import fc from '../../../../test/support/seeded.js';
import { held, opinion, situation } from '../../../../test/support/situations.js';
import { DECISIONS, opens, type DecisionAction, type MemberOpinion } from '../opinion.js';
import { checked } from './checks.js';
import { leader, type Voice } from './leader.js';

const voice = (role: string, said: MemberOpinion): Voice => ({ member: { role, name: role }, opinion: said });
const voices = (...said: [string, MemberOpinion][]): Voice[] => said.map(([role, each]) => voice(role, each));
const TECHNICAL = 'technical_analyst';
const decision = (action: DecisionAction, confidence = 0.8, more = {}) => ({ action, confidence, targetPrice: null, stopLoss: null, reasoning: ['so'], closes: null, source: 'rules', ...more });

describe('the leader by rule', () => {
  it('opens the side that the weighted vote backs', () => {
    expect(leader(situation(), voices([TECHNICAL, opinion('BUY')]))).toMatchObject({ action: 'BUY', confidence: 0.8 });
    expect(leader(situation(), voices([TECHNICAL, opinion('SELL')]))).toMatchObject({ action: 'SELL' });
    expect(leader(situation(), voices([TECHNICAL, opinion('BUY', 0.7)], ['news_analyst', opinion('SELL', 0.9)])).action).toBe('NO_TRADE');
    expect(leader(situation(), voices([TECHNICAL, opinion('SELL', 0.9)], ['news_analyst', opinion('BUY', 0.5)])).action).toBe('SELL'); // (0.9 − 0.3) / 1.6
  });

  it('is diluted by HOLD and not by who abstains', () => {
    const buy: [string, MemberOpinion] = [TECHNICAL, opinion('BUY', 0.6)];
    expect(leader(situation(), voices(buy, ['news_analyst', opinion('ABSTAIN')], ['own', opinion('ABSTAIN')])).action).toBe('BUY');
    expect(leader(situation(), voices(buy, ['own', opinion('HOLD')])).action).toBe('NO_TRADE'); // 0.6 / 1.8
  });

  it('scales the confidence by risk and past', () => {
    expect(leader(situation(), voices([TECHNICAL, opinion('BUY')], ['experience_retriever', opinion('ABSTAIN', 0, { factor: 1.25 })], ['own', opinion('ABSTAIN', 0, { factor: 0.5 })])).confidence).toBe(0.5);
    expect(leader(situation(), voices([TECHNICAL, opinion('BUY', 0.9)], ['experience_retriever', opinion('ABSTAIN', 0, { factor: 1.25 })])).confidence).toBe(0.95);
  });

  it('closes what it has against it, turns around only on a strong vote, and never in hedge mode', () => {
    const short = situation({ held: [held('SHORT')] });
    expect(leader(short, voices([TECHNICAL, opinion('BUY', 0.6)]))).toMatchObject({ action: 'CLOSE', closes: 'SHORT' });
    expect(leader(short, voices([TECHNICAL, opinion('BUY', 0.75)])).action).toBe('LONG');
    expect(leader(situation({ held: [held('LONG')] }), voices([TECHNICAL, opinion('SELL', 0.75)])).action).toBe('SHORT');
    expect(leader(situation({ held: [held('SHORT')], group: { positionMode: 'hedge' } }), voices([TECHNICAL, opinion('BUY', 0.9)]))).toMatchObject({ action: 'CLOSE', closes: 'SHORT' });
    expect(leader(short, voices([TECHNICAL, opinion('BUY', 0.6)], ['own', opinion('HOLD')], ['other', opinion('HOLD')])).action).toBe('NO_TRADE');
  });

  it('does not add to what it has', () => {
    expect(leader(situation({ held: [held('LONG')] }), voices([TECHNICAL, opinion('BUY')]))).toMatchObject({ action: 'NO_TRADE', reasoning: [expect.anything(), 'There is a LONG position already.'] });
  });

  it.each([[[]], [['ABSTAIN']], [['HOLD', 'ABSTAIN']]] as MemberOpinion['signal'][][][])('trades nothing where %j is all that is said', (signals) => {
    expect(leader(situation(), signals.map((signal) => voice(TECHNICAL, opinion(signal))))).toMatchObject({ action: 'NO_TRADE', confidence: 0 });
  });
});

describe('what a decision is held to', () => {
  it('puts target and stop by ATR where there is none, or one on the wrong side, on the tick', () => {
    expect(checked(decision('BUY'), situation({ values: { atr14: 1.2345 } }), [])).toMatchObject({ targetPrice: 123.7, stopLoss: 117.53 });
    expect(checked(decision('SHORT', 0.8, { targetPrice: 130, stopLoss: 125 }), situation(), [])).toMatchObject({ targetPrice: 114, stopLoss: 125 });
    expect(checked(decision('BUY', 0.8, { targetPrice: 140, stopLoss: 140 }), situation(), [])).toMatchObject({ targetPrice: 140, stopLoss: 116 });
  });

  it.each<[string, Parameters<typeof situation>[0], number, RegExp]>([
    ['a spot account that would be short', { account: { mode: 'spot', state: 'ACTIVE', equity: 1, available: 1, exposure: 0 } }, 0.8, /cannot be short/],
    ['an order under way', { openOrders: 1 }, 0.8, /still under way/], ['little confidence', {}, 0.59, /too little/], ['a confidence that is none', {}, NaN, /too little/],
    ['no price', { price: null }, 0.8, /no price/], ['no volatility to put a stop by', { values: { atr14: null } }, 0.8, /no stop/],
  ])('opens nothing with %s', (_what, given, confidence, why) => {
    expect(checked(decision('SELL', confidence), situation(given), [])).toMatchObject({ action: 'NO_TRADE', targetPrice: null, stopLoss: null, reasoning: ['so', expect.stringMatching(why)] });
  });

  it('lets only a risk analyst veto, and never a close', () => {
    const veto = (role: string): Voice[] => voices([role, opinion('HOLD', 0.9, { veto: true })]);
    expect(checked(decision('BUY'), situation(), veto('risk_analyst')).action).toBe('NO_TRADE');
    expect(checked(decision('BUY'), situation(), veto('own')).action).toBe('BUY');
    expect(checked(decision('CLOSE', 0.1), situation({ held: [held('LONG')], openOrders: 1 }), veto('risk_analyst')).action).toBe('CLOSE');
  });

  it('closes a long position of a spot account instead of turning it around, and nothing where there is none', () => {
    const spot = { mode: 'spot', state: 'ACTIVE', equity: 1e4, available: 1e4, exposure: 0 };
    expect(checked(decision('SHORT'), situation({ account: spot, held: [held('LONG')] }), [])).toMatchObject({ action: 'CLOSE', targetPrice: null });
    expect(checked(decision('CLOSE'), situation(), []).action).toBe('NO_TRADE');
    expect(checked(decision('CLOSE'), situation({ held: null }), []).action).toBe('CLOSE');
  });

  it('whatever is said and held, an opening has its levels on the right sides, and the same again gives the same', () => {
    const signal = fc.constantFrom<MemberOpinion['signal']>('BUY', 'SELL', 'HOLD', 'ABSTAIN');
    const said = fc.record({ role: fc.constantFrom(TECHNICAL, 'news_analyst', 'risk_analyst', 'own'), signal, confidence: fc.double({ min: 0, max: 1, noNaN: true }), veto: fc.boolean(), factor: fc.double({ min: 0, max: 1.25, noNaN: true }) });
    const sides = fc.array(fc.constantFrom<'LONG' | 'SHORT'>('LONG', 'SHORT'), { maxLength: 2 });
    fc.assert(fc.property(fc.array(said, { maxLength: 6 }), sides, fc.double({ min: 0.01, max: 50, noNaN: true }), fc.boolean(), (all, open, atr14, hedge) => {
      const now = situation({ held: open.map((side) => held(side)), values: { atr14 }, group: { positionMode: hedge ? 'hedge' : 'oneway' } });
      const heard = all.map(({ role, signal: each, confidence, veto, factor }) => voice(role, opinion(each, confidence, { veto, factor })));
      const done = checked(leader(now, heard), now, heard);
      expect(checked(leader(now, heard), now, heard)).toEqual(done);
      expect(DECISIONS).toContain(done.action);
      const side = opens(done.action);
      if (side === null) return expect([done.targetPrice, done.stopLoss]).toEqual([null, null]);
      expect(done.confidence).toBeGreaterThanOrEqual(0.6);
      expect(heard.some(({ member, opinion: { veto } }) => member.role === 'risk_analyst' && veto)).toBe(false);
      const up = side === 'LONG' ? 1 : -1;
      expect((120 - done.stopLoss!) * up).toBeGreaterThan(0);
      if (done.targetPrice !== null) expect((done.targetPrice - 120) * up).toBeGreaterThan(0);
    }));
  });
});
