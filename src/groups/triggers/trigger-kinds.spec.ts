import { beforeAll, describe, expect, it } from '@jest/globals';
import { instrumentOf } from '../../../test/support/hand-feed.js';
import { SimulatedFeed } from '../../market/feeds/simulated.js';
import { Market } from '../../market/market.js';
import type { TriggerKind } from '../../model/wire/groups.js';
import { TriggerKinds } from './trigger-kinds.js';

let kinds: TriggerKinds;
beforeAll(async () => {
  const feed = new SimulatedFeed({ instruments: [instrumentOf('BTC/USD'), instrumentOf('AAPL')], seed: 1, tickMs: 1000, clock: () => Date.UTC(2026, 1, 3), wait: () => () => {} });
  const market = new Market({ feed, config: { interval: '1m', intervals: ['1m', '1h'], keepCandles: 300 }, events: { price: () => {}, closed: () => {}, ended: () => {}, error: () => {} } });
  await market.prepare();
  kinds = new TriggerKinds(market);
});

const COMMON = { targets: ['g'], priority: 5, tags: [] };

describe('the configuration of a trigger', () => {
  it.each<[TriggerKind, object, object]>([
    ['price_move', { symbol: 'btcusd', change_pct: 1 }, { symbols: ['BTC/USD'], change_pct: 1, window_s: null, direction: 'both', cooldown_s: 60 }],
    ['price_move', { symbols: ['AAPL', 'aapl', 'BTC-USD'], change_pct: 0.5, window_s: 300, direction: 'down', cooldown_s: 0 }, { symbols: ['AAPL', 'BTC/USD'], change_pct: 0.5, window_s: 300, direction: 'down', cooldown_s: 0 }],
    ['indicator', { symbol: 'AAPL', interval: '1h', when: { left: 'rsi14', op: 'crosses_below', right: 30 } }, { symbol: 'AAPL', interval: '1h', when: { left: 'rsi14', op: 'crosses_below', right: 30 } }],
    ['signal', {}, { symbols: [], actions: [], min_confidence: 0, min_strength: 'NONE' }],
    ['schedule', { cron: '0 9 * * 1-5', timezone: 'Europe/Berlin', payload: { a: 1 } }, { cron: '0 9 * * 1-5', timezone: 'Europe/Berlin', title: null, payload: '{"a":1}', catch_up: false }],
    ['feed', { url: 'https://news.example/rss', match: ['CPI'], initial: 2 }, { url: 'https://news.example/rss', every_s: 300, match: ['CPI'], symbols: [], initial: 2 }],
    ['webhook', { title: 'TradingView' }, { title: 'TradingView', event_type: 'immediate', per_minute: 60 }],
  ])('of a %s is completed, and passes again as it is', (kind, given, expected) => {
    const checked = kinds.check(kind, { targets: ['g'], ...given });
    expect(checked).toEqual({ config: { ...COMMON, ...expected }, flaws: [] });
    expect(kinds.check(kind, JSON.parse(JSON.stringify(checked.config)))).toEqual(checked);
  });

  it('of an outside trigger may be empty', () => {
    expect(kinds.check('external', {})).toEqual({ config: { targets: [], priority: 5, tags: [] }, flaws: [] });
  });

  it.each<[TriggerKind, object, string, RegExp]>([
    ['price_move', { change_pct: 1 }, 'config.symbols', /list of 1 to 100/],
    ['price_move', { symbol: 'BTC/USD', symbols: ['AAPL'], change_pct: 1 }, 'config.symbol', /exclude each other/],
    ['price_move', { symbol: 'BTC/USDT', change_pct: 1 }, 'config.symbol', /did you mean BTC\/USD/],
    ['price_move', { symbol: 'AAPL', change_pct: 0 }, 'config.change_pct', /from 0.01 to 100/],
    ['price_move', { symbol: 'AAPL', change_pct: Number.NaN }, 'config.change_pct', /from 0.01 to 100/],
    ['price_move', { symbol: 'AAPL', change_pct: 1, windows_s: 5 }, 'config.windows_s', /no field of it; there are .*window_s/],
    ['price_move', { symbol: 'AAPL', change_pct: 1, direction: 'sideways' }, 'config.direction', /up, down, both/],
    ['price_move', { symbol: 'AAPL', change_pct: 1, priority: 0 }, 'config.priority', /1 to 10/],
    ['price_move', { symbol: 'AAPL', change_pct: 1, targets: [] }, 'config.targets', /list of 1/],
    ['indicator', { symbol: 'AAPL', interval: '5m', when: { left: 'rsi14', op: 'above', right: 70 } }, 'config.interval', /candles of 1m, 1h/],
    ['indicator', { symbol: 'AAPL', interval: '1m', when: { left: 'rsi', op: 'above', right: 70 } }, 'config.when.left', /rsi14/],
    ['indicator', { symbol: 'AAPL', interval: '1m', when: { left: 'rsi14', op: '>', right: 70 } }, 'config.when.op', /crosses_above/],
    ['indicator', { symbol: 'AAPL', interval: '1m', when: { left: 'rsi14', op: 'above', right: '70' } }, 'config.when.right', /a number or one of/],
    ['indicator', { symbol: 'AAPL', interval: '1m', when: { left: 'rsi14', op: 'above', right: 70, also: 1 } }, 'config.when.also', /no field/],
    ['signal', { actions: ['LONG'] }, 'config.actions', /BUY, SELL, HOLD/],
    ['signal', { min_confidence: 2 }, 'config.min_confidence', /from 0 to 1/],
    ['schedule', { cron: 'often' }, 'config.cron', /five fields/],
    ['schedule', { cron: '0 0 30 2 *' }, 'config.cron', /never comes/],
    ['schedule', { cron: '0 9 * * *', timezone: 'Mars/Olympus' }, 'config.timezone', /Europe\/Berlin/],
    ['feed', { url: 'file:///etc/passwd' }, 'config.url', /http or https/],
    ['feed', { url: 'https://a.example', every_s: 1 }, 'config.every_s', /from 5/],
    ['webhook', { per_minute: 0 }, 'config.per_minute', /from 1/],
    ['webhook', { event_type: 'post trade' }, 'config.event_type', /a-z/],
  ])('of a %s with %j says what is wrong at %s', (kind, given, path, message) => {
    const { flaws } = kinds.check(kind, { targets: ['g'], ...given });
    expect(flaws).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  it('that is none at all is one flaw', () => {
    for (const given of [null, [], 'x', undefined]) expect(kinds.check('feed', given).flaws).toEqual([{ path: 'config', message: expect.stringContaining('kind feed') }]);
  });
});
