import { describe, expect, it } from '@jest/globals';
import { CodedError } from '../../model/codes.js';
import { decimal } from '../../model/decimal.js';
import type { Group } from '../group.js';
import { frameOf } from '../../../test/support/trades-world.js';
import { hashOfCanonical } from './canonical.js';
import { readPostTrade } from './post-trade-frame.js';

const GROUP: Group = { groupId: 'g', name: 'alpha', market: 'crypto', symbol: 'BTCUSDT', interval: '15m', leverage: 5, marginUsd: decimal(100), positionMode: 'oneway', accountId: 'main' };
const symbols = {
  instruments: [{ symbol: 'BTCUSDT' }, { symbol: 'AAPL' }],
  instrument: (symbol: string) => {
    if (symbol.toUpperCase().replace('/', '') === 'BTCUSDT') return { symbol: 'BTCUSDT' };
    throw new CodedError('UNKNOWN_SYMBOL', `No feed knows ${symbol}`);
  },
};
const read = (frame: unknown, form: 'type' | 'kind' = 'type') => readPostTrade(frame, form, GROUP, symbols);
const flaws = (frame: unknown, form: 'type' | 'kind' = 'type') => Object.fromEntries(read(frame, form).flaws.map(({ path, message }) => [path, message]));
const LONG = { action: 'LONG', qty: 0, margin_usd: 50 };
const text = (payload: string) => ({ ...frameOf(LONG), payload });

describe('a post_trade that is refused says every flaw with its path', () => {
  it.each([
    ['no object', 7, ''],
    ['another event', frameOf(LONG, { frame: { event_type: 'immediate' } }), 'event_type'],
    ['no event type', frameOf(LONG, { frame: { event_type: undefined } }), 'event_type'],
    ['a wrong domain', frameOf(LONG, { frame: { condition: { domain: 'market' } } }), 'condition.domain'],
    ['no condition', frameOf(LONG, { frame: { condition: undefined } }), 'condition.domain'],
    ['a condition that is text', frameOf(LONG, { frame: { condition: 'trade_decision' } }), 'condition'],
    ['a trace that is none', frameOf(LONG, { frame: { condition: { domain: 'trade_decision', trace: [] } } }), 'condition.trace'],
    ['an empty correlation_id', frameOf(LONG, { correlation: '' }), 'condition.trace.correlation_id'],
    ['a long correlation_id', frameOf(LONG, { correlation: 'x'.repeat(129) }), 'condition.trace.correlation_id'],
    ['a correlation_id that is a number', frameOf(LONG, { frame: { condition: { domain: 'trade_decision', trace: { correlation_id: 1 } } } }), 'condition.trace.correlation_id'],
    ['a correlation_id that no database keeps', frameOf(LONG, { correlation: 'a\0b' }), 'condition.trace.correlation_id'],
    ['an empty idempotency_key', frameOf(LONG, { key: '' }), 'condition.trace.idempotency_key'],
    ['an object as payload in the old form', { ...frameOf(LONG), payload: { symbol: 'BTCUSDT', signal: LONG } }, 'payload'],
    ['no payload', { ...frameOf(LONG), payload: undefined }, 'payload'],
    ['unparsable payload', text('{"symbol":'), 'payload'],
    ['NaN in the payload', text('{"symbol":"BTCUSDT","signal":{"action":"LONG","qty":NaN}}'), 'payload'],
    ['a list as payload', text('[]'), 'payload'],
    ['JSON text of text', text('"LONG"'), 'payload'],
    ['a payload that is nested too deeply', text(`{"symbol":"BTCUSDT","signal":{"action":"LONG"},"x":${'['.repeat(60_000)}${']'.repeat(60_000)}}`), 'payload'],
    ['no symbol', frameOf(LONG, { payload: { symbol: undefined } }), 'payload.symbol'],
    ['an unknown symbol', frameOf(LONG, { payload: { symbol: 'NOPE' } }), 'payload.symbol'],
    ['a symbol that is a number', frameOf(LONG, { payload: { symbol: 5 } }), 'payload.symbol'],
    ['no signal', frameOf(undefined), 'payload.signal'],
    ['a signal that is text', frameOf('LONG'), 'payload.signal'],
    ['no action', frameOf({ qty: 1 }), 'payload.signal.action'],
    ['an action of its own', frameOf({ action: 'constructor' }), 'payload.signal.action'],
    ['NO_TRADE', frameOf({ action: 'NO_TRADE' }), 'payload.signal.action'],
    ['a negative margin', frameOf({ ...LONG, margin_usd: -1 }), 'payload.signal.margin_usd'],
    ['a margin that is text', frameOf({ ...LONG, margin_usd: '50' }), 'payload.signal.margin_usd'],
    ['a quantity that is NaN as text', frameOf({ ...LONG, qty: 'NaN' }), 'payload.signal.qty'],
    ['a negative quantity', frameOf({ ...LONG, qty: -0.1 }), 'payload.signal.qty'],
    ['an infinite quantity', text('{"symbol":"BTCUSDT","signal":{"action":"LONG","qty":1e999}}'), 'payload.signal.qty'],
    ['a side that is none', frameOf({ action: 'CLOSE', side: 'both' }), 'payload.signal.side'],
    ['a side against the action', frameOf({ ...LONG, side: 'short' }), 'payload.signal.side'],
    ['a confidence of more than all', frameOf({ ...LONG, confidence: 1.01 }), 'payload.signal.confidence'],
    ['a target of nothing', frameOf({ ...LONG, target_price: 0 }), 'payload.signal.target_price'],
    ['a target below the stop of a LONG', frameOf({ ...LONG, target_price: 90, stop_loss: 95 }), 'payload.signal.target_price'],
    ['a target above the stop of a SHORT', frameOf({ action: 'SHORT', target_price: 110, stop_loss: 105 }), 'payload.signal.target_price'],
    ['a stop above the limit of a LONG', frameOf({ ...LONG, order_type: 'limit', limit_price: 100, stop_loss: 101 }), 'payload.signal.stop_loss'],
    ['a leverage of nothing', frameOf({ ...LONG, leverage: 0 }), 'payload.signal.leverage'],
    ['a leverage above the group\'s', frameOf({ ...LONG, leverage: 6 }), 'payload.signal.leverage'],
    ['a broken leverage', frameOf({ ...LONG, leverage: 1.5 }), 'payload.signal.leverage'],
    ['an order type of its own', frameOf({ ...LONG, order_type: 'iceberg' }), 'payload.signal.order_type'],
    ['a limit without a price', frameOf({ ...LONG, order_type: 'limit' }), 'payload.signal.limit_price'],
    ['a limit price of a market order', frameOf({ ...LONG, limit_price: 90 }), 'payload.signal.limit_price'],
    ['a priority of 11', frameOf(LONG, { frame: { priority: 11 } }), 'priority'],
    ['targets that are text', frameOf(LONG, { frame: { targets: 'trade_execution' } }), 'targets'],
    ['a title of 201', frameOf(LONG, { frame: { title: 'x'.repeat(201) } }), 'title'],
    ['a reason of 2001', frameOf({ ...LONG, reason: 'x'.repeat(2001) }), 'payload.signal.reason'],
    ['a source_id that is a number', frameOf(LONG, { payload: { source_id: 1 } }), 'payload.source_id'],
  ])('%s', (_what, frame, path) => {
    expect(read(frame).trade).toBeNull();
    expect(Object.keys(flaws(frame))).toEqual([path]);
  });

  it('all of them at once, and what there is', () => {
    const found = flaws({ event_type: 'x', priority: 0, condition: { domain: 'x' }, payload: JSON.stringify({ symbol: 'NOPE', signal: { action: 'UP', qty: -1, margin_usd: -1 } }) });
    expect(Object.keys(found).sort()).toEqual(['condition.domain', 'event_type', 'payload.signal.action', 'payload.signal.margin_usd', 'payload.signal.qty', 'payload.symbol', 'priority']);
    expect(found['payload.symbol']).toContain('BTCUSDT, AAPL');
    expect(flaws(frameOf({ action: 'NO_TRADE' }))['payload.signal.action']).toContain('send no post_trade');
    expect(flaws(text('{"qty":NaN}'))['payload']).toContain('NaN');
    expect(Object.keys(flaws({ event_type: 'immediate', condition: { domain: 'trade_decision' }, payload: { symbol: 'BTCUSDT', signal: LONG } }, 'kind'))).toEqual(['category']);
  });
});

describe('a post_trade that is taken', () => {
  it('has what it leaves out of its group', () => {
    expect(read(frameOf({ action: 'BUY' }, { payload: { symbol: 'btc/usdt' } })).trade).toMatchObject({
      priority: 7, title: 'decision ready', correlationId: null, idempotencyKey: null,
      signal: { symbol: 'BTCUSDT', action: 'LONG', quantity: decimal(0), margin: decimal(100), leverage: 5, side: null, limitPrice: null, target: null, stop: null, confidence: null, reason: '' },
    });
    expect(read({ ...frameOf({ action: 'SELL', qty: null, margin_usd: null, target_price: null }), priority: undefined, title: undefined, targets: undefined }).trade).toMatchObject({ priority: 5, title: 'SHORT BTCUSDT', targets: [], signal: { action: 'SHORT' } });
  });

  it('has all that it says', () => {
    const signal = { action: 'LONG', qty: 0.5, margin_usd: 10, confidence: 0.8, target_price: 120, stop_loss: 90, leverage: 2, order_type: 'limit', limit_price: 99.5, reasoning: 'a breakout' };
    expect(read(frameOf(signal, { correlation: 'c', key: 'k' })).trade).toMatchObject({
      correlationId: 'c', idempotencyKey: 'k',
      signal: { quantity: decimal(0.5), margin: decimal(10), confidence: 0.8, target: decimal(120), stop: decimal(90), leverage: 2, limitPrice: decimal(99.5), reason: 'a breakout' },
    });
  });

  it('a CLOSE is not held up by levels that only an opening has', () => {
    expect(read(frameOf({ action: 'CLOSE', side: 'long', target_price: 90, stop_loss: 95 })).flaws).toEqual([]);
  });

  it('is the same in the newer form, and in whatever order its fields come', () => {
    const old = read(frameOf(LONG)).trade!;
    const newer = read({ ...frameOf(LONG), payload: { signal: { margin_usd: 50, qty: 0.0, action: 'LONG' }, symbol: 'BTCUSDT', source_id: 'rsi_bot' } }, 'kind').trade!;
    expect(newer.payloadHash).toBe(old.payloadHash);
    expect(newer.signal).toEqual(old.signal);
    expect(typeof newer.payload).toBe('string');
    expect(hashOfCanonical({ a: 1, b: [1, { d: 1, c: 2 }] })).toBe(hashOfCanonical({ b: [1, { c: 2, d: 1 }], a: 1 }));
    expect(hashOfCanonical({ a: [1, 2] })).not.toBe(hashOfCanonical({ a: [2, 1] }));
  });
});
