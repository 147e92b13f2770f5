import { describe, expect, it } from '@jest/globals';
import { decimal } from '../../../model/decimal.js';
import { BITCOIN, TETHERED, AAPL, alpacaTicket } from '../../../../test/support/alpaca-account.js';
import { BrokerSilent } from '../broker.js';
import { bookedAt, brokerOrder, brokerPosition, coinFee, entryOf, fillOfActivity, fillOfUpdate, orderRequest } from './mapper.js';
import { alpacaSymbol, spelling } from './symbols.js';

const at = new Date('2026-03-02T15:00:00.123Z');
const order = { id: 'o1', clientOrderId: 'c1', symbol: 'BTC/USD', side: 'buy', status: 'new', filledQty: '0', filledAvgPrice: null, updatedAt: at, notional: null, timeInForce: 'gtc', type: 'market' } as const;
const spell = spelling([AAPL, BITCOIN, { ...BITCOIN, symbol: 'ETHUSD' }, TETHERED]);

it('spells symbols as Alpaca, and back from both of its spellings', () => {
  expect([AAPL, BITCOIN, { ...BITCOIN, symbol: 'ETHUSD' }, { ...BITCOIN, symbol: 'SOL-USD' }, TETHERED].map(alpacaSymbol)).toEqual(['AAPL', 'BTC/USD', 'ETH/USD', 'SOL/USD', null]);
  expect(['BTC/USD', 'BTCUSD', 'ETH/USD', 'ETHUSD', 'AAPL', 'BTC/USDT', 'TSLA'].map(spell)).toEqual(['BTC/USD', 'BTC/USD', 'ETHUSD', 'ETHUSD', 'AAPL', 'BTC/USDT', 'TSLA']);
});

it.each([
  ['new', '0', 'accepted'], ['accepted', '0', 'accepted'], ['pending_new', '0', 'accepted'], ['held', '0', 'accepted'], ['pending_cancel', '3', 'partially_filled'], ['partially_filled', '3', 'partially_filled'],
  ['done_for_day', '3', 'partially_filled'], ['filled', '10', 'filled'], ['canceled', '3', 'cancelled'], ['expired', '0', 'expired'], ['rejected', '0', 'rejected'], ['replaced', '0', 'cancelled'],
] as const)('an order that is %s with %s filled is %s', (status, filledQty, expected) => {
  const mapped = brokerOrder({ ...order, status: status as 'new', filledQty, filledAvgPrice: filledQty === '0' ? null : '99.5' });
  expect([mapped.status, mapped.averagePrice?.toFixed() ?? null, mapped.at]).toEqual([expected, filledQty === '0' ? null : '99.5', at.getTime()]);
});

it.each([{ id: '' }, { clientOrderId: undefined }, { filledQty: 'many' }, { status: undefined }, { updatedAt: new Date(NaN) }])('an order with %j says nothing', (more) => {
  expect(() => brokerOrder({ ...order, ...more } as typeof order)).toThrow(BrokerSilent);
});

describe('one execution', () => {
  it('has one id from both sources, however its quantity is written', () => {
    const streamed = fillOfUpdate({ event: 'fill', timestamp: at, executionId: 'x', qty: '0.5', price: '50000', order: { ...order, filledQty: '1.50' } }, spell);
    const booked = fillOfActivity({ activityType: 'FILL', id: '20260302::y', orderId: 'o1', cumQty: '1.5', qty: '0.500', price: '50000.0', side: 'buy', symbol: 'BTCUSD', transactionTime: at }, spell);
    expect(streamed).toEqual(booked);
    expect(booked.execution).toMatchObject({ executionId: 'o1:1.5', symbol: 'BTC/USD', side: 'buy', at: at.getTime() });
  });
  it('sells where it sells short', () => {
    expect(fillOfActivity({ orderId: 'o', cumQty: '1', qty: '1', price: '1', side: 'sell_short', symbol: 'AAPL', transactionTime: at }, spell).execution.side).toBe('sell');
  });
});

it('writes requests in plain digits', () => {
  expect(orderRequest(alpacaTicket({ quantity: decimal('1e-9'), orderType: 'limit', limitPrice: decimal('1e-7'), clientOrderId: 'c' }), 'BTC/USD'))
    .toEqual({ symbol: 'BTC/USD', qty: '0.000000001', side: 'buy', type: 'limit', timeInForce: 'gtc', clientOrderId: 'c', limitPrice: '0.0000001' });
});

it('knows a short by its side or its sign', () => {
  const position = { symbol: 'AAPL', qty: '-5', side: 'short', avgEntryPrice: '101.25' } as Parameters<typeof brokerPosition>[0];
  expect(brokerPosition(position, spell)).toEqual({ symbol: 'AAPL', leg: 'net', side: 'short', quantity: decimal(5), entryPrice: decimal('101.25') });
});

it('books what has a date only at the end of that day, but not in the future', () => {
  const fee = { activityType: 'CFEE', id: 'f', date: new Date('2026-03-02'), qty: '-0.01', price: '100', netAmount: '0', symbol: 'BTCUSD' } as const;
  const end = Date.parse('2026-03-02T23:59:59.999Z');
  expect([bookedAt(fee, end + 5), bookedAt(fee, end - 5), bookedAt({ ...fee, createdAt: at }, end + 5)]).toEqual([end, end - 5, at.getTime()]);
  expect(coinFee(fee, end, spell)).toMatchObject({ side: 'sell', symbol: 'BTC/USD', quantity: decimal('0.01'), fee: decimal(1) });
  expect(entryOf(fee, end, spell)).toBeNull();
  expect(entryOf({ ...fee, activityType: 'CSW', netAmount: '-5', status: 'executed' }, end, spell)).toMatchObject({ kind: 'deposit', amount: decimal(-5) });
  expect(entryOf({ ...fee, activityType: 'DIV', netAmount: '5', status: 'canceled' }, end, spell)).toBeNull();
});
