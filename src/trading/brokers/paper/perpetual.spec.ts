import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { PaperTerms } from '../../../config/config.js';
import { decimal } from '../../../model/decimal.js';
import { freshSqlite, type FreshDatabase } from '../../../../test/support/databases.js';
import { BTC, COSTLY, FREE, Hearing, HOUR, minute, MINUTE, orderTicket, paperBroker, T0 } from '../../../../test/support/paper.js';
import type { Ticket } from '../broker.js';
import type { PaperBroker } from '../broker.paper.js';

let db: FreshDatabase;
let broker: PaperBroker;
let heard: Hearing;
let accountId: string;
let bar = 0;
let ids = 0;

const given = async (balance = 1000, terms: PaperTerms = FREE): Promise<void> => {
  accountId = randomUUID();
  heard = new Hearing();
  broker = paperBroker({ db: db.kysely, accountId, mode: 'perpetual', balance, terms });
  await broker.start(heard);
  bar = 0;
};
beforeAll(async () => { db = await freshSqlite(); });
beforeEach(() => given());
afterEach(() => broker.stop());
afterAll(() => db.drop());

const candle = (open: number, high = open, low = open, close = open, symbol = 'BTCUSDT'): Promise<void> => broker.candle(symbol, minute(bar++, open, high, low, close));
const order = async (more: Partial<Ticket> = {}): Promise<string> => {
  const ticket = orderTicket(`o${++ids}`, { at: T0 + bar * MINUTE, leverage: 10, ...more });
  await broker.submit(ticket);
  return ticket.clientOrderId;
};
const holds = async (side: 'buy' | 'sell', quantity: number, more: Partial<Ticket> = {}): Promise<void> => {
  await order({ side, quantity: decimal(quantity), ...more });
  await candle(100, 100, 100, 100, more.symbol);
  heard.executions.length = 0;
};
const liquidations = () => heard.executions.filter(({ liquidation }) => liquidation).map(({ side, quantity, price }) => [side, quantity.toNumber(), price.toDP(10).toNumber()]);
const wallet = async (): Promise<number> => (await broker.account()).wallet!.toDP(10).toNumber();

describe('initial margin', () => {
  it('is asked for when an order is given, and again when it fills', async () => {
    await broker.tick('BTCUSDT', 100, 1, T0 - 1);
    await expect(order({ quantity: decimal(102) })).rejects.toMatchObject({ code: 'INSUFFICIENT_MARGIN' });
    const [first, second] = [await order({ quantity: decimal(60) }), await order({ quantity: decimal(60) })];
    await candle(100);
    expect((await broker.find(first))!.status).toBe('filled');
    expect(await broker.find(second)).toMatchObject({ status: 'cancelled', filledQuantity: decimal(40), reason: 'The margin is enough for 40 of 60' });
    expect((await broker.account()).buyingPower.toNumber()).toBe(0);
  });

  it('is the position\'s by its own leverage, set free by what closes, and bound anew by what opens the other side', async () => {
    await holds('buy', 50, { leverage: 10 });
    expect((await broker.account()).buyingPower.toNumber()).toBe(500);
    await holds('sell', 150, { leverage: 10 });
    expect((await broker.positions())[0]).toMatchObject({ side: 'short', quantity: decimal(100) });
    expect((await broker.account()).buyingPower.toNumber()).toBe(0);
    await holds('buy', 100, { leverage: 1 });
    expect((await broker.account()).buyingPower.toNumber()).toBe(1000);
  });

  it('is no reason to refuse what reduces', async () => {
    await holds('buy', 100);
    await candle(92);
    expect((await broker.account()).buyingPower.toNumber()).toBe(0);
    await order({ side: 'sell', quantity: decimal(60), leverage: 1 });
    await candle(92);
    expect((await broker.positions())[0]!.quantity.toNumber()).toBe(40);
  });
});

describe('liquidation', () => {
  it('of a long is at (qE − M)/(q(1 − mmr)), when the low is there', async () => {
    await holds('buy', 50);
    const at = (50 * 100 - 1000) / (50 * (1 - 0.005));
    await candle(100, 101, at + 0.001, 100);
    expect(liquidations()).toEqual([]);
    await candle(100, 101, at - 0.001, 100);
    expect(liquidations()).toEqual([['sell', 50, Number(at.toFixed(10))]]);
    expect(await wallet()).toBeCloseTo(50 * at * 0.005, 8);
  });

  it('of a short is at (qE + M)/(q(1 + mmr)), when the high is there', async () => {
    await holds('sell', 50);
    const at = (50 * 100 + 1000) / (50 * (1 + 0.005));
    await candle(100, at - 0.001, 99, 100);
    expect(liquidations()).toEqual([]);
    await candle(100, at + 0.001, 99, 100);
    expect(liquidations()).toEqual([['buy', 50, Number(at.toFixed(10))]]);
  });

  it('closes everything, cancels all orders, and leaves nothing below zero: a gap\'s deficit is booked', async () => {
    await holds('buy', 50);
    await holds('buy', 10, { symbol: 'ETHUSDT' });
    const id = await order({ symbol: 'ETHUSDT', orderType: 'limit', limitPrice: decimal(50), quantity: decimal(1) });
    await candle(70);
    expect(liquidations()).toEqual([['sell', 50, 70], ['sell', 10, 100]]);
    expect((await broker.find(id))!.status).toBe('cancelled');
    expect(await wallet()).toBe(0);
    expect(heard.entries.map(({ kind, amount, symbol }) => [kind, amount.toNumber(), symbol])).toEqual([['liquidation_shortfall', 500, 'BTCUSDT']]);
    expect(await broker.entries(0)).toEqual(heard.entries);
    expect(await broker.positions()).toEqual([]);
  });

  it('counts all positions and legs together', async () => {
    await holds('buy', 50);
    await holds('sell', 40, { symbol: 'ETHUSDT' });
    await candle(60, 60, 60, 60, 'ETHUSDT');
    await candle(70, 71, 65, 70);
    expect(liquidations()).toEqual([]);
    await candle(70, 71, 48, 48);
    const at = (50 * 100 - 1000 - 40 * 40 + 0.005 * 40 * 60) / (50 * (1 - 0.005));
    expect(liquidations()).toEqual([['sell', 50, Number(at.toFixed(10))], ['buy', 40, 60]]);
    await given();
    await holds('buy', 50, { leg: 'long' });
    await holds('sell', 50, { leg: 'short' });
    await candle(10, 200, 5, 180);
    expect(liquidations()).toEqual([]);
  });

  it('comes after a stop that lies before it, and before one that lies behind', async () => {
    await holds('buy', 50);
    const sell = (price: number) => order({ side: 'sell', orderType: 'stop', stopPrice: decimal(price), quantity: decimal(50), reduceOnly: true });
    await sell(81);
    await candle(100, 100, 70, 75);
    expect(heard.executions.map(({ price, liquidation }) => [price.toNumber(), liquidation])).toEqual([[81, false]]);
    await given();
    await holds('buy', 50);
    const behind = await sell(80);
    await candle(100, 100, 70, 75);
    expect(liquidations()).toHaveLength(1);
    expect((await broker.find(behind))!.status).toBe('cancelled');
  });

  it('at an opening comes before what that opening would fill', async () => {
    await holds('buy', 50);
    const [more, out] = [await order({ quantity: decimal(1) }), await order({ side: 'sell', orderType: 'stop', stopPrice: decimal(90), quantity: decimal(50), reduceOnly: true })];
    await candle(79);
    expect(liquidations()).toEqual([['sell', 50, 79]]);
    expect([(await broker.find(more))!.status, (await broker.find(out))!.status, await wallet()]).toEqual(['cancelled', 'cancelled', 0]);
  });

  it('happens on a tick at its price', async () => {
    await holds('buy', 50);
    await broker.tick('BTCUSDT', 80.41, 0, T0 + HOUR);
    await broker.tick('BTCUSDT', 80.3, 0, T0 + HOUR + 1);
    expect(liquidations()).toEqual([['sell', 50, 80.3]]);
  });

  it('waits after a restart until all that is held has a price', async () => {
    await holds('buy', 50);
    await holds('sell', 40, { symbol: 'ETHUSDT' });
    await candle(60, 60, 60, 60, 'ETHUSDT');
    broker = paperBroker({ db: db.kysely, accountId, mode: 'perpetual', balance: 1, terms: FREE });
    await broker.start(heard);
    await candle(70);
    expect(liquidations()).toEqual([]);
    await candle(60, 60, 60, 60, 'ETHUSDT');
    await candle(70);
    expect([liquidations(), (await broker.account()).equity.toNumber()]).toEqual([[], 1100]);
    await candle(100, 100, 100, 100, 'ETHUSDT');
    expect(liquidations()).toEqual([['sell', 50, 70], ['buy', 40, 100]]);
  });
});

describe('funding', () => {
  it('is −side·rate·q·mark each eight hours, once, whatever was missed', async () => {
    await given(10_000, { ...FREE, fundingRate: 0.001 });
    await holds('buy', 10, { leg: 'long' });
    await holds('sell', 4, { leg: 'short' });
    await broker.tick('BTCUSDT', 120, 1, Date.parse('2026-02-02T15:59:59.999Z'));
    expect(heard.entries).toEqual([]);
    await broker.tick('BTCUSDT', 120, 1, Date.parse('2026-02-02T16:00:00Z'));
    await broker.tick('BTCUSDT', 120, 1, Date.parse('2026-02-02T16:00:01Z'));
    expect(heard.entries.map(({ entryId, amount }) => [entryId, amount.toNumber()])).toEqual([
      [`funding-BTCUSDT-long-${Date.parse('2026-02-02T16:00:00Z')}`, -1.2], [`funding-BTCUSDT-short-${Date.parse('2026-02-02T16:00:00Z')}`, 0.48],
    ]);
    broker = paperBroker({ db: db.kysely, accountId, mode: 'perpetual', terms: { ...FREE, fundingRate: 0.001 }, instruments: [BTC] });
    await broker.start(heard);
    await broker.tick('BTCUSDT', 100, 1, Date.parse('2026-02-03T09:00:00Z'));
    expect(heard.entries.slice(2).map(({ amount }) => amount.toNumber())).toEqual([-1, -1, 0.4, 0.4]);
    expect(await wallet()).toBe(10_000 - 0.72 - 1.2);
  });

  it('does not touch what is opened after it, and can end an account', async () => {
    await given(1000, { ...COSTLY, fundingRate: 0.3 });
    await holds('buy', 80);
    await broker.candle('BTCUSDT', { ...minute(0, 100, 100, 100, 100), time: Date.parse('2026-02-02T16:00:00Z'), knownAt: Date.parse('2026-02-02T16:01:00Z') });
    expect(liquidations()).toHaveLength(1);
    expect(heard.entries.map(({ kind }) => kind)).toEqual(['funding', 'liquidation_shortfall']);
    expect(await wallet()).toBe(0);
  });
});

describe('a file that begins anew', () => {
  it('liquidates at a time at which it did before', async () => {
    await holds('buy', 90);
    await candle(100, 100, 50, 50);
    expect(liquidations()).toHaveLength(1);
    bar = 0;
    await holds('buy', 3);
    await candle(100, 100, 50, 50);
    expect(liquidations()).toHaveLength(1);
    expect(await broker.positions()).toEqual([]);
    expect(new Set((await broker.executions(0)).map(({ executionId }) => executionId)).size).toBe(4);
  });
});
