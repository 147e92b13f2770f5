import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decimal } from '../../../model/decimal.js';
import { AAPL, AlpacaEar, BITCOIN, NOWHERE, SPY, TETHERED, alpacaBroker, alpacaTicket } from '../../../../test/support/alpaca-account.js';
import { startAlpacaServer, type AlpacaServer, type HttpFault } from '../../../../test/support/alpaca-server.js';
import { until } from '../../../../test/support/until.js';
import { BrokerSilent } from '../broker.js';
import type { AlpacaBroker } from './alpaca.broker.js';

const POST = 'POST /v2/orders';
let server: AlpacaServer;
let ear: AlpacaEar;
let broker: AlpacaBroker;
/** The next request of this route meets the fault; `times` of them. */
const fails = (route: string, fault: HttpFault, times = 1): void => {
  let left = times;
  server.fault = (request) => (request.route === route && left-- > 0 ? fault : null);
};
const count = (route: string): number => server.requests.get(route) ?? 0;

beforeEach(async () => {
  server = await startAlpacaServer();
  ear = new AlpacaEar();
  broker = alpacaBroker(server, ear);
});
afterEach(async () => {
  await broker.stop();
  await server.close();
});

it('opens no connection before its start, and knows nothing it could trade', () => {
  expect(broker.abilities(AAPL).orderTypes.size).toBe(0);
  expect([server.requests.size, server.connections]).toEqual([0, 0]);
});

it.each(['refused', 'silent'] as const)('does not start where the keys are %s', async (auth) => {
  server.auth = auth;
  broker = alpacaBroker(server, ear, { readyWithinMs: 500 });
  await expect(broker.start(ear)).rejects.toThrow(auth === 'refused' ? /check ALPACA_API_KEY/ : /did not listen within 500 ms/);
});

describe('a broker that has started', () => {
  beforeEach(() => broker.start(ear));

  it('says what Alpaca can do with each instrument', () => {
    const stock = broker.abilities(AAPL);
    expect(stock).toMatchObject({ shorts: true, pairs: false, hedging: false, maxLeverage: 1, lotSize: 1 });
    expect([[...stock.orderTypes], [...stock.timesInForce]]).toEqual([['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'], ['day', 'gtc', 'ioc', 'fok']]);
    expect(broker.abilities(SPY).lotSize).toBe(0.01);
    const coin = broker.abilities(BITCOIN);
    expect([coin.shorts, [...coin.orderTypes], [...coin.timesInForce], coin.lotSize]).toEqual([false, ['market', 'limit', 'stop_limit'], ['gtc', 'ioc'], 0.001]);
    for (const unknown of [NOWHERE, TETHERED]) expect(broker.abilities(unknown).orderTypes.size).toBe(0);
  });

  it.each([
    [{ symbol: 'NOWHERE' }, 'UNKNOWN_SYMBOL'], [{ symbol: 'BTCUSDT' }, 'UNKNOWN_SYMBOL'], [{ symbol: 'XYZ' }, 'UNKNOWN_SYMBOL'], [{ leg: 'long' }, 'HEDGING_UNSUPPORTED'], [{ leverage: 2 }, 'LEVERAGE_UNSUPPORTED'],
    [{ quantity: decimal(0) }, 'INVALID_QUANTITY'], [{ quantity: decimal(NaN) }, 'INVALID_QUANTITY'], [{ symbol: 'BTC/USD', timeInForce: 'day' }, 'TIME_IN_FORCE_UNSUPPORTED'],
    [{ symbol: 'BTC/USD', orderType: 'stop', stopPrice: decimal(1) }, 'ORDER_TYPE_UNSUPPORTED'], [{ orderType: 'stop', stopPrice: decimal(1), timeInForce: 'ioc' }, 'TIME_IN_FORCE_UNSUPPORTED'],
    [{ symbol: 'SPY', quantity: decimal('0.5') }, 'FRACTION_UNSUPPORTED'], [{ symbol: 'SPY', quantity: decimal('0.5'), timeInForce: 'day', orderType: 'trailing_stop', trail: decimal('0.01') }, 'FRACTION_UNSUPPORTED'],
  ] as const)('refuses %j with %s, and sends nothing', async (more, code) => {
    await expect(broker.submit(alpacaTicket(more))).rejects.toMatchObject({ name: 'BrokerRefused', code });
    expect(count(POST)).toBe(0);
  });

  it('takes orders of every kind as Alpaca wants them', async () => {
    await broker.submit(alpacaTicket({ orderType: 'trailing_stop', trail: decimal('0.025'), side: 'buy' }));
    await broker.submit(alpacaTicket({ orderType: 'stop_limit', stopPrice: decimal('200.5'), limitPrice: decimal('201'), timeInForce: 'day' }));
    await broker.submit(alpacaTicket({ symbol: 'SPY', quantity: decimal('0.5'), timeInForce: 'day' }));
    await broker.submit(alpacaTicket({ symbol: 'BTC/USD', quantity: decimal('0.00000001'), limitPrice: decimal('0.00001'), orderType: 'limit' }));
    expect(server.orders.map(({ symbol, type, qty, trail_percent, stop_price, limit_price, time_in_force }) => [symbol, type, qty, trail_percent, stop_price, limit_price, time_in_force])).toEqual([
      ['AAPL', 'trailing_stop', '10', '2.5', null, null, 'gtc'], ['AAPL', 'stop_limit', '10', null, '200.5', '201', 'day'],
      ['SPY', 'market', '0.5', null, null, null, 'day'], ['BTC/USD', 'limit', '0.00000001', null, null, '0.00001', 'gtc'],
    ]);
  });

  it.each<[string, HttpFault]>([
    ['the answer is lost', { does: 'lost-after' }], ['500 comes after it was taken', { does: 'status-after', status: 500 }], ['503 comes', { does: 'status-after', status: 503, retryAfter: 0 }],
    ['the answer is too slow', { does: 'slow-after', ms: 10_000 }], ['the answer is no JSON', { does: 'bad-json-after' }], ['a proxy answers', { does: 'proxy-page-after' }], ['408 comes', { does: 'status-after', status: 408 }],
  ])('does not know where %s: it is sent once, and found by its name', async (_, fault) => {
    if (fault.does === 'slow-after') {
      await broker.stop();
      broker = alpacaBroker(server, ear, { timeoutMs: 800 });
      await broker.start(ear);
    }
    fails(POST, fault);
    const ticket = alpacaTicket();
    await expect(broker.submit(ticket)).rejects.toThrow(BrokerSilent);
    expect([count(POST), server.orders.length]).toEqual([1, 1]);
    expect((await broker.find(ticket.clientOrderId))?.status).toBe('accepted');
    expect(count(POST)).toBe(1);
  });

  it('does not believe that an order is unknown while Alpaca may still be taking it', async () => {
    await broker.stop();
    broker = alpacaBroker(server, ear, { timeoutMs: 500, settleMs: 3_000 });
    await broker.start(ear);
    fails(POST, { does: 'done-late', ms: 2_000 });
    const ticket = alpacaTicket();
    await expect(broker.submit(ticket)).rejects.toThrow(BrokerSilent);
    expect(server.orders).toHaveLength(0);
    expect((await broker.find(ticket.clientOrderId))?.clientOrderId).toBe(ticket.clientOrderId);
  });

  it.each<[HttpFault, string]>([
    [{ does: 'status-before', status: 403, code: 40310000, message: 'insufficient buying power' }, 'ALPACA_40310000'], [{ does: 'status-before', status: 422, code: 42210000 }, 'ALPACA_42210000'],
    [{ does: 'status-before', status: 401, code: 40110000 }, 'ALPACA_40110000'],
  ])('refuses with the code of Alpaca: %j', async (fault, code) => {
    fails(POST, fault);
    const ticket = alpacaTicket();
    await expect(broker.submit(ticket)).rejects.toMatchObject({ name: 'BrokerRefused', code });
    expect(await broker.find(ticket.clientOrderId)).toBeNull();
  });

  it('waits as long as a 429 says, and sends again what was not looked at; not for ever', async () => {
    fails(POST, { does: 'status-before', status: 429, retryAfter: 0.1 }, 2);
    const before = performance.now();
    await broker.submit(alpacaTicket());
    expect(performance.now() - before).toBeGreaterThanOrEqual(190);
    expect([count(POST), server.orders.length]).toEqual([3, 1]);
    fails(POST, { does: 'status-before', status: 429, retryAfter: 0 }, 3);
    await expect(broker.submit(alpacaTicket())).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    fails(POST, { does: 'status-before', status: 429, retryAfter: 60 });
    await expect(broker.submit(alpacaTicket())).rejects.toMatchObject({ name: 'BrokerRefused', code: 'RATE_LIMITED' });
    expect(server.orders).toHaveLength(1);
  });

  it('asks again where a question was not answered, and is silent where none is', async () => {
    const ticket = alpacaTicket();
    await broker.submit(ticket);
    fails('GET /v2/orders:by_client_order_id', { does: 'status-before', status: 500 }, 2);
    expect(await broker.find(ticket.clientOrderId)).not.toBeNull();
    for (const fault of [{ does: 'status-before', status: 500 }, { does: 'lost-before' }, { does: 'proxy-page-after' }, { does: 'status-before', status: 403 }] as const) {
      fails('GET /v2/orders:by_client_order_id', fault, 9);
      await expect(broker.find(ticket.clientOrderId)).rejects.toThrow(BrokerSilent);
    }
  });

  it('cancels with one request what is open, and nothing happens to what is not', async () => {
    const ticket = alpacaTicket();
    await broker.submit(ticket);
    fails('DELETE /v2/orders/:id', { does: 'lost-after' });
    await expect(broker.cancel(ticket.clientOrderId)).rejects.toThrow(BrokerSilent);
    await broker.cancel(ticket.clientOrderId);
    expect([count('DELETE /v2/orders/:id'), count('GET /v2/orders:by_client_order_id')]).toEqual([2, 0]);
    expect((await broker.find(ticket.clientOrderId))?.status).toBe('cancelled');
  });

  it('cancels what it has not heard of yet by its name, and nothing where Alpaca knows no such order', async () => {
    const ticket = alpacaTicket();
    fails(POST, { does: 'lost-after' });
    server.streamFault = () => 'drop';
    await expect(broker.submit(ticket)).rejects.toThrow(BrokerSilent);
    await broker.cancel(ticket.clientOrderId);
    await broker.cancel('nobody');
    expect([count('DELETE /v2/orders/:id'), server.orders.map(({ status }) => status)]).toEqual([1, ['canceled']]);
  });

  it('tells account and positions in our spelling, shorts too', async () => {
    server.price('AAPL', 100);
    server.price('BTC/USD', 50_000);
    await broker.submit(alpacaTicket({ side: 'sell', quantity: decimal(5) }));
    await broker.submit(alpacaTicket({ symbol: 'BTC/USD', quantity: decimal('0.1') }));
    server.price('AAPL', 101);
    server.price('BTC/USD', 50_000);
    server.price('AAPL', 99);
    expect((await broker.positions()).map(({ symbol, side, quantity, entryPrice }) => [symbol, side, quantity.toFixed(), entryPrice.toFixed()])).toEqual([['AAPL', 'short', '5', '101'], ['BTC/USD', 'long', '0.1', '50000']]);
    const account = await broker.account();
    expect([account.equity.toFixed(), account.buyingPower.toFixed(), account.wallet, account.currency]).toEqual(['100010', '200020', null, 'USD']);
  });

  it('reads the books page by page, with our names, and names fills as the stream does', async () => {
    const since = Date.now();
    const [first, second] = [alpacaTicket({ quantity: decimal(130) }), alpacaTicket({ quantity: decimal(120) })];
    await broker.submit(first);
    await broker.submit(second);
    for (let at = 0; at < 250; at += 1) server.price('AAPL', 100 + (at % 3), 1);
    await until(() => ear.executions.length === 250, 'the stream');
    const fresh = alpacaBroker(server, new AlpacaEar());
    await fresh.start(ear);
    const booked = await fresh.executions(since);
    await fresh.stop();
    expect(new Set(booked.map(({ executionId }) => executionId))).toEqual(new Set(ear.executions.map(({ executionId }) => executionId)));
    expect(new Set(booked.map(({ clientOrderId }) => clientOrderId))).toEqual(new Set([first.clientOrderId, second.clientOrderId]));
    expect(booked.filter(({ clientOrderId }) => clientOrderId === first.clientOrderId)).toHaveLength(130);
    expect(count('GET /v2/account/activities')).toBe(3);
    expect(booked.map(({ at }) => at)).toEqual(booked.map(({ at }) => at).sort((a, b) => a - b));
  });

  it('books fees of coins as coins that were sold to pay them, and money as entries', async () => {
    const since = Date.now();
    await broker.submit(alpacaTicket({ symbol: 'BTC/USD', quantity: decimal(1) }));
    server.price('BTC/USD', 50_000);
    server.exchange.coinFee('BTC/USD', decimal('0.0025'), decimal(50_000));
    server.exchange.money('CSD', decimal(500));
    server.exchange.money('FEE', decimal('-0.02'));
    const fee = (await broker.executions(since)).find(({ clientOrderId }) => clientOrderId === null)!;
    expect([fee.symbol, fee.side, fee.quantity.toFixed(), fee.price.toFixed(), fee.fee.toFixed()]).toEqual(['BTC/USD', 'sell', '0.0025', '50000', '125']);
    expect((await broker.positions())[0]!.quantity.toFixed()).toBe('0.9975');
    expect((await broker.entries(since)).map(({ kind, amount }) => [kind, amount.toFixed()]).sort()).toEqual([['adjustment', '-0.02'], ['deposit', '500']]);
  });

  it('is silent after its stop', async () => {
    await broker.stop();
    await expect(broker.submit(alpacaTicket())).rejects.toThrow(BrokerSilent);
    await expect(broker.find('x')).rejects.toThrow(BrokerSilent);
    expect(count(POST)).toBe(0);
  });
});
