import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { decimal } from '../../src/model/decimal.js';
import type { Ticket } from '../../src/trading/brokers/broker.js';
import type { PaperBroker, PaperBrokerNeeds } from '../../src/trading/brokers/broker.paper.js';
import { freshSqlite, type FreshDatabase } from './databases.js';
import { Hearing, minute, MINUTE, orderTicket, paperBroker, T0 } from './paper.js';

/** A fresh spot account in each test, on bars of a minute from T0. */
export function paperBench() {
  let db: FreshDatabase;
  let broker: PaperBroker;
  let heard: Hearing;
  let bar = 0;
  let ids = 0;
  const given = async (more: Partial<PaperBrokerNeeds> = {}): Promise<void> => {
    heard = new Hearing();
    broker = paperBroker({ db: db.kysely, accountId: randomUUID(), ...more });
    await broker.start(heard);
    bar = 0;
  };
  beforeAll(async () => { db = await freshSqlite(); });
  beforeEach(() => given());
  afterEach(() => broker.stop());
  afterAll(() => db.drop());

  const candle = (open: number, high = open, low = open, close = open, volume = 1e6): Promise<void> => broker.candle('BTCUSDT', minute(bar++, open, high, low, close, volume));
  const order = async (more: Partial<Ticket> = {}): Promise<string> => {
    const ticket = orderTicket(`o${++ids}`, { at: T0 + bar * MINUTE, ...more });
    await broker.submit(ticket);
    return ticket.clientOrderId;
  };
  return {
    get broker() { return broker; },
    get heard() { return heard; },
    /** Another account in place of this test's. */
    given, candle, order,
    limit: (side: 'buy' | 'sell', price: number, more: Partial<Ticket> = {}) => order({ side, orderType: 'limit', limitPrice: decimal(price), ...more }),
    stop: (side: 'buy' | 'sell', price: number, more: Partial<Ticket> = {}) => order({ side, orderType: 'stop', stopPrice: decimal(price), ...more }),
    /** `[side, quantity, price]` of what was filled. */
    fills: () => heard.executions.map(({ side, quantity, price }) => [side, quantity.toNumber(), price.toDP(8).toNumber()]),
    status: async (id: string) => {
      const found = (await broker.find(id))!;
      return [found.status, found.filledQuantity.toNumber()];
    },
    long: async (quantity = 1, more: Partial<Ticket> = {}): Promise<void> => {
      await order({ quantity: decimal(quantity), ...more });
      await candle(100);
      heard.executions.length = 0;
    },
  };
}
