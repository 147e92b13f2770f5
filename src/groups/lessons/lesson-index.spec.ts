import { describe, expect, test } from '@jest/globals';
import { viewOf, closingAt } from '../../../test/support/views.js';
import { costMs } from '../../../test/support/cost.js';
import { heardEvent } from '../../../test/support/group-world.js';
import type { MarketView } from '../../model/market-view.js';
import type { LessonsTable } from '../../storage/groups-schema.js';
import { CodedError } from '../../model/codes.js';
import type { StoredEvent } from '../events/event.js';
import type { Group } from '../group.js';
import { LessonIndex } from './lesson-index.js';
import type { LessonStore } from './lesson-store.js';
import { situationText } from './situation.js';

const group = { groupId: 'g1', symbol: 'TEST' } as Group;
const calm = viewOf();
const wild = viewOf({ candles: closingAt(140), price: 140, indicators: { rsi14: 90, adx14: 60, sma20: 110, sma50: 105, vwap: 110 }, structure: { trend: 'bullish' } });

const row = (id: string, text: string, situation: MarketView | null, more: Partial<LessonsTable> = {}): LessonsTable => ({
  lesson_id: id, group_id: 'g1', correlation_id: null, discussion_id: null, trade_id: id, symbol: 'TEST', leg: 'net', side: 'long', lesson: `lesson ${id}`, source: 'facts',
  outcome_return: 0.01, pnl: '1', text, situation: situation && situationText(situation), embedding: null, at: 0, created_at: 0, ...more,
});
const event = (title: string, payload = 'nothing more'): StoredEvent => heardEvent({ title, payload, tags: [] });
function indexOf(rows: readonly LessonsTable[], view: () => MarketView = () => calm, capacity?: number): LessonIndex {
  const index = new LessonIndex({
    store: {} as LessonStore, meanings: null, onFault: (error) => { throw error; }, ...(capacity !== undefined && { capacity }),
    market: {
      instrument: () => { throw new Error('not asked'); },
      view: (symbol) => { if (symbol !== 'TEST') throw new CodedError('UNKNOWN_SYMBOL', symbol); return view(); },
    },
  });
  for (const each of rows) index.learn(each);
  return index;
}
const given = (index: LessonIndex, about: StoredEvent): string[] => index.about(group, about).map(({ id }) => id);

describe('lessons that an event brings back', () => {
  test('of the same words the one from a market like the present one comes first', () => {
    const rows = [row('calm', 'CPI surprise', calm), row('wild', 'CPI surprise', wild)];
    expect(given(indexOf(rows), event('CPI surprise'))[0]).toBe('calm');
    expect(given(indexOf(rows, () => wild), event('CPI surprise'))[0]).toBe('wild');
  });

  test('of the same market the one with the same words comes first, rare ones counting more', () => {
    const rows = ['staking yield rises', 'exchange hacked funds', 'price moved sharply up', 'price moved sharply down'].map((text, at) => row(`${at}`, `${text} test`, calm));
    expect(given(indexOf(rows), event('Exchange hacked: test price'))[0]).toBe('1');
  });

  test('at most three, the newer first among equals; twice learnt is once', () => {
    const rows = ['a', 'b', 'c', 'd', 'd'].map((id) => row(id, 'CPI surprise', calm));
    expect(given(indexOf(rows), event('CPI surprise'))).toEqual(['d', 'c', 'b']);
  });

  test('another symbol, other words, another market: below the floor', () => {
    const rows = [row('a', 'merger talks ended', wild, { symbol: 'OTHER' })];
    expect(given(indexOf(rows), event('CPI surprise'))).toEqual([]);
  });

  test('the payload says which symbol; a payload that is no JSON, or of a symbol without a market, is no fault', () => {
    const rows = [row('a', 'CPI surprise', calm), row('b', 'CPI surprise', null, { symbol: 'OTHER' })];
    expect(given(indexOf(rows), event('CPI surprise', '{"symbol":"OTHER"}'))[0]).toBe('b');
    expect(given(indexOf(rows), event('CPI surprise', '{"symbol":'))[0]).toBe('a');
    expect(given(indexOf(rows), event('CPI surprise', '{"symbol":{}}'))[0]).toBe('a');
  });

  test('memory is bounded: of one group, and of all', () => {
    const many = Array.from({ length: 1200 }, (_, at) => row(String(at).padStart(4, '0'), `CPI number${at}`, calm));
    const index = indexOf(many);
    expect(index.alike(group, 'TEST', 'CPI', null, 5000, 0)).toHaveLength(1000);
    expect(index.alike(group, 'TEST', 'number7', null, 1)[0]?.item.lessonId).not.toBe('0007');
    expect(index.alike(group, 'TEST', 'number1100', null, 1)[0]?.item.lessonId).toBe('1100');
    const small = indexOf([...many, row('z', 'CPI', calm, { group_id: 'g2' })], () => calm, 10);
    expect(small.alike(group, 'TEST', '', null, 5000, 0)).toHaveLength(9);
    expect(small.alike({ ...group, groupId: 'g2' }, 'TEST', '', null, 5000, 0)).toHaveLength(1);
  });

  test('at 1,000 lessons of a group it takes less than a millisecond', () => {
    const words = 'rates inflation breakout support resistance volume squeeze funding whale listing hack upgrade merge halving etf approval outflow inflow liquidation cascade'.split(' ');
    const said = (at: number): string => Array.from({ length: 60 }, (_, word) => `${words[(at * 7 + word * word) % words.length]}${(at + word) % 30}`).join(' ');
    const index = indexOf(Array.from({ length: 1000 }, (_, at) => row(`l${at}`, said(at), at % 2 ? calm : wild)));
    let at = 0;
    expect(costMs(() => index.about(group, event(said(at), `{"symbol":"TEST","note":"${said(at += 1)}"}`)), 60)).toBeLessThan(1);
  });
});
